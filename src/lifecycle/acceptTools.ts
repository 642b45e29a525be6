import { definitionDigest, type PinnedTool } from "../protocol/foreign.js";
import { checkCapability, FOREIGN_CAPABILITY, leftOutLine, pinned, withTools } from "./addServer.js";
import { amendPolicy } from "./amend.js";
import { deceptionLines } from "./definitionLines.js";
import { LifecycleError } from "./error.js";
import type { Reach } from "./reach.js";
import { type LeftOut, servableTools } from "./servable.js";
import { asking, serverNamed } from "./servers.js";
import { callableLines, endingInShort, ruledTool } from "./serverTools.js";
import { inForce, type Workshop, withHome } from "./workshop.js";

export type AcceptOptions = {
  readonly name: string;
  /** Only this tool, as the server names it. */
  readonly tool?: string;
  /** For tools that are new. */
  readonly capability?: string;
  readonly accept?: PinnedTool["accept"];
};

export type AcceptReport = {
  readonly name: string;
  readonly accepted: boolean;
  readonly record_id: string | null;
  /** The tools whose definitions were accepted anew, or for the first time. */
  readonly tools: readonly string[];
  /** Accepted before, and no longer listed by the server; they stay in tools.json and run nothing. */
  readonly missing: readonly string[];
  readonly left_out: readonly LeftOut[];
};

/**
 * Accepts what a server says of its tools now, once a person has seen what is new and, of what changed, the difference
 * by kind, and which of it a rule in force makes callable at once. Capability, risk and worker of a known tool stay as an operator set them. Throws LifecycleError.
 */
export function acceptTools(ws: Workshop, options: AcceptOptions, reach: Reach): Promise<AcceptReport> {
  return withHome(ws, async (parts) => {
    const { name, tool } = options;
    const server = serverNamed(parts, name);
    if (options.capability !== undefined) checkCapability(options.capability);
    const { policy } = inForce(parts);
    const known = policy.config.tools.filter(({ origin }) => origin === name);
    const described = await asking({ ws, parts, reach }, name, server, (it) => it.describe());
    const { tools, left_out } = await servableTools(parts, name, described);
    const wanted = tools.filter((definition) => tool === undefined || definition.name === tool);
    if (tool !== undefined && wanted.length === 0) throw notListed(name, tool, left_out);
    const capability = options.capability ?? known[0]?.capability ?? FOREIGN_CAPABILITY;
    const accept = options.accept ?? known[0]?.accept ?? "exact";
    const entries = wanted.flatMap((definition): readonly PinnedTool[] => {
      const before = known.find((entry) => entry.definition.name === definition.name);
      if (before === undefined) return [pinned(name, definition, capability, accept)];
      const next = { ...before, definition, accept: options.accept ?? before.accept };
      const isSame =
        next.accept === before.accept && definitionDigest(before.definition) === definitionDigest(definition);
      return isSame ? [] : [next];
    });
    const missing = known
      .map(({ definition }) => definition.name)
      .filter((one) => !described.tools.has(one) && (tool === undefined || tool === one));
    const { accepted, record_id } = await amendPolicy(endingInShort(ws, policy, entries), parts, {
      question: `Accept what ${name} says of its tools now?`,
      reason: `mcp accept ${name}${tool === undefined ? "" : ` ${tool}`}`,
      notes: [
        ...callableLines(entries.map((entry) => ruledTool(policy, entry))),
        ...left_out.map(leftOutLine),
        ...entries.flatMap(({ definition }) => deceptionLines(name, definition)),
      ],
      file: "tools.json",
      edit: (list) => withTools(list, entries),
    });
    const accepts = entries.map(({ definition }) => definition.name);
    return { name, accepted, record_id, tools: accepts, missing, left_out };
  });
}

function notListed(name: string, tool: string, left_out: readonly LeftOut[]): LifecycleError {
  const why = left_out.find((one) => one.name === tool)?.why;
  return new LifecycleError(
    "NOT_FOUND",
    why === undefined
      ? `${name} lists no tool ${JSON.stringify(tool)} now.`
      : `${tool} of ${name} can't be served: ${why}.`,
    "hall mcp list shows what it lists.",
  );
}

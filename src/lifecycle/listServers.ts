import { isAccepted } from "../hall/foreign.js";
import { definitionDigest, foreignSkillId, type PinnedTool, type ServerConfig } from "../protocol/foreign.js";
import { governedName } from "../protocol/governedName.js";
import { differences } from "./definitionLines.js";
import type { Described, Reach } from "./reach.js";
import { type LeftOut, servableTools } from "./servable.js";
import { asking, spelled } from "./servers.js";
import { ruledTool, servedName } from "./serverTools.js";
import { inForce, type OpenHome, type Workshop, withHome } from "./workshop.js";

/**
 * What became of an accepted tool: the same, changed in text that may change, changed so that it is denied, no longer
 * listed by its server, or not to be told since the server can't be asked. `new` is listed and accepted by nobody.
 */
export type ToolState = "accepted" | "text changed" | "changed" | "missing" | "new" | "unknown";

export type ServedTool = {
  /** The name under which this Hall serves it. */
  readonly tool: string;
  readonly state: ToolState;
  readonly capability: string | null;
  /** Whether a rule in force allows it, as far as rules can: the other checks come with each call. */
  readonly may_run: boolean;
  readonly rule_id: string | null;
  /** Whether that rule holds each call for a person. */
  readonly human: boolean;
  /** What differs from what was accepted, a line each. */
  readonly changes: readonly string[];
};

export type ListedServer = {
  readonly name: string;
  /** Its command line or URL. */
  readonly at: string;
  /** Why it couldn't be asked; null when it was. */
  readonly problem: string | null;
  readonly tools: readonly ServedTool[];
  readonly left_out: readonly LeftOut[];
};

/** The servers of the policy in force and the state of their tools. Asks each server. Throws LifecycleError NOT_APPLIED. */
export function listServers(ws: Workshop, reach: Reach): Promise<readonly ListedServer[]> {
  return withHome(ws, async (parts) => {
    const servers = Object.entries(inForce(parts).policy.config.servers);
    return Promise.all(servers.map(([name, server]) => listed({ ws, parts, reach }, name, server)));
  });
}

async function listed(
  asks: { readonly ws: Workshop; readonly parts: OpenHome; readonly reach: Reach },
  name: string,
  server: ServerConfig,
): Promise<ListedServer> {
  const { parts } = asks;
  const pinned = inForce(parts).policy.config.tools.filter(({ origin }) => origin === name);
  const [described, problem] = await asking(asks, name, server, (it) => it.describe()).then(
    (found) => [found, null] as const,
    (error: unknown) => [undefined, error instanceof Error ? error.message : String(error)] as const,
  );
  const servable = described && (await servableTools(parts, name, described));
  const fresh = (servable?.tools ?? []).filter(
    (definition) => !pinned.some((entry) => entry.definition.name === definition.name),
  );
  return {
    name,
    at: spelled(server),
    problem,
    tools: [
      ...pinned.map((entry) => servedTool(parts, entry, described)),
      ...fresh.map((definition) => newTool(name, definition.name)),
    ],
    left_out: servable?.left_out ?? [],
  };
}

function servedTool(parts: OpenHome, entry: PinnedTool, described: Described | undefined): ServedTool {
  const { origin, definition, capability } = entry;
  const now = described?.tools.get(definition.name);
  const { rule_id, serves, human } = ruledTool(inForce(parts).policy, entry);
  const state = stateOf(entry, described);
  return {
    tool: servedName(entry),
    state,
    capability,
    may_run: serves && state !== "changed" && state !== "missing" && !isStopped(parts, origin),
    rule_id,
    human,
    changes: now === undefined || state === "accepted" ? [] : differences(definition, now),
  };
}

/** Whether an operator stopped everything of a server. */
function isStopped(parts: OpenHome, origin: string): boolean {
  const { store, policy } = inForce(parts);
  const subject = `skill:${foreignSkillId(policy.config.namespace, origin)}`;
  return (store.standing([subject]).get(subject) ?? []).some(
    ({ adapter }) => adapter === null || adapter === "mcp",
  );
}

function stateOf(entry: PinnedTool, described: Described | undefined): ToolState {
  if (described === undefined) return "unknown";
  const now = described.tools.get(entry.definition.name);
  if (now === undefined)
    return described.unusable.some(({ name }) => name === entry.definition.name) ? "changed" : "missing";
  if (definitionDigest(now) === definitionDigest(entry.definition)) return "accepted";
  return isAccepted(entry, now) ? "text changed" : "changed";
}

function newTool(origin: string, name: string): ServedTool {
  return {
    tool: governedName(origin, name) ?? name,
    state: "new",
    capability: null,
    may_run: false,
    rule_id: null,
    human: false,
    changes: [],
  };
}

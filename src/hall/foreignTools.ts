import type { JsonObject } from "../protocol/canonical.js";
import type { ForeignDefinition, PinnedTool } from "../protocol/foreign.js";
import { governedName, parseGovernedName } from "../protocol/governedName.js";
import type { ToolAnnotations, ToolDefinition } from "../protocol/skill.js";
import { foreignTool, isAccepted } from "./foreign.js";
import { isActive } from "./listing.js";
import type { Policy } from "./policy.js";
import type { Sources } from "./situation.js";
import type { GovernedTool } from "./tool.js";
import type { Caller } from "./types.js";
import { isVisible, ruleInForce } from "./visible.js";

/** A tool of a foreign server that an operator accepted, as one caller meets it. */
export type AcceptedTool = {
  /** The name under which the Hall serves it. */
  readonly name: string;
  /** Its server's name in config.servers. */
  readonly origin: string;
  /** As which standing, holds and records know all tools of its server. */
  readonly skill_id: string;
  readonly capability: string;
  readonly definition: ForeignDefinition;
  /** Whether a rule in force lists its worker and nobody stopped it: else there is no reason to start its server. */
  readonly mayRun: boolean;
  /** Whether what the server says of it now is what was accepted. */
  readonly accepts: (now: ForeignDefinition) => boolean;
  /** How it is listed for clients. */
  readonly listedAs: (now: ForeignDefinition) => ToolDefinition;
};

/**
 * The accepted tools that a caller can see by the policy in force: all, or the one of a governed name. None under a
 * policy that can't be read; every call is denied then.
 */
export function acceptedTools(
  {
    policy: read,
    sources,
  }: { readonly policy: () => Policy | null; readonly sources: Pick<Sources, "standing"> },
  caller: Caller,
  name?: string,
): readonly AcceptedTool[] {
  const policy = readable(read);
  if (policy === null) return [];
  const wanted = name === undefined ? undefined : parseGovernedName(name);
  if (name !== undefined && wanted === undefined) return [];
  return policy.config.tools.flatMap((entry) => {
    const { origin, definition, capability } = entry;
    if (wanted !== undefined && (origin !== wanted.origin || definition.name !== wanted.tool)) return [];
    const governed = governedName(origin, definition.name);
    if (governed === undefined || !Object.hasOwn(policy.config.servers, origin)) return [];
    const tool = foreignTool(policy, { definition, capability, origin, isReadable: true });
    if (!isVisible(policy, tool, caller)) return [];
    return [
      {
        name: governed,
        origin,
        skill_id: tool.skill_id,
        capability,
        definition,
        mayRun: isServed(policy, tool, caller) && isActive(sources, tool, caller),
        accepts: (now) => isAccepted(entry, now),
        listedAs: (now) => listedAs(governed, entry, tool, now),
      },
    ];
  });
}

function readable(read: () => Policy | null): Policy | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function isServed({ rules }: Policy, tool: GovernedTool, caller: Caller): boolean {
  const candidates = ruleInForce(rules, tool, caller)?.candidates ?? [];
  return candidates.some(({ worker_species_id }) => worker_species_id === tool.worker.worker_species_id);
}

function listedAs(
  name: string,
  { capability }: PinnedTool,
  tool: GovernedTool,
  { title, description, input_schema, output_schema, annotations }: ForeignDefinition,
): ToolDefinition {
  return {
    name,
    title: title ?? tool.name,
    description: description ?? "",
    capability_id: capability,
    input_schema,
    output_schema: output_schema === null ? null : withoutAddress(output_schema),
    annotations: hintsOf(annotations ?? {}, title ?? tool.name),
    skill_id: tool.skill_id,
    version: "0.0.0",
  };
}

/** Clients keep validators by address, so two tools of one address would be checked as one. */
function withoutAddress({ $id: _, ...schema }: JsonObject): JsonObject {
  return schema;
}

/** Hints that are of the right kind, else what MCP takes for granted where nothing is said (MCP, ToolAnnotations). */
function hintsOf(said: Readonly<Record<string, unknown>>, title: string): ToolAnnotations {
  const hint = (name: string, otherwise: boolean) =>
    typeof said[name] === "boolean" ? said[name] : otherwise;
  return {
    title: typeof said["title"] === "string" ? said["title"] : title,
    readOnlyHint: hint("readOnlyHint", false),
    destructiveHint: hint("destructiveHint", true),
    idempotentHint: hint("idempotentHint", false),
    openWorldHint: hint("openWorldHint", true),
  };
}

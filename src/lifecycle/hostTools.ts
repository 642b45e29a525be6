import type { JsonObject } from "../protocol/canonical.js";
import {
  definitionDigest,
  type ForeignDefinition,
  HOST_ORIGIN,
  HOST_SPECIES,
  type PinnedTool,
} from "../protocol/foreign.js";
import { parseSkillId } from "../protocol/ids.js";
import type { RecordRow } from "../records/query.js";
import { pinned, withTools } from "./addServer.js";
import { allowTools } from "./allowTools.js";
import { amendPolicy } from "./amend.js";
import { differences } from "./definitionLines.js";
import { LifecycleError } from "./error.js";
import { whichRule } from "./whichRule.js";
import { type InForce, inForce, type OpenHome, type Workshop, withHome } from "./workshop.js";

/** A foreign tool that programs of this machine hold and call through `guard`: no server's. */
export type HostTool = {
  readonly origin: string;
  readonly tool: string;
  readonly capability: string;
  /** Accepted in tools.json, accepted because it was used first (env dev), or refused by everybody who calls it. */
  readonly state: "accepted" | "first use" | "unaccepted";
  /** How the definition that was refused last differs from the accepted one, a line each; none when nothing was. */
  readonly changes: readonly string[];
  /** The rule in force that names its worker; null where none does, and then callers hear that there is no such tool. */
  readonly rule_id: string | null;
};

/** The foreign tools of this machine's programs, and what would allow those that no rule does. */
export type HostTools = { readonly tools: readonly HostTool[]; readonly rule: readonly JsonObject[] };

type Known = {
  readonly origin: string;
  readonly tool: string;
  readonly capability: string;
  readonly entry: PinnedTool | undefined;
  readonly first: ForeignDefinition | undefined;
  readonly refused: ForeignDefinition | undefined;
};

const ENOUGH = 10_000;

/** The foreign tools of this machine's own programs, as records and policy know them. Throws LifecycleError NOT_APPLIED. */
export function listHostTools(ws: Workshop): Promise<HostTools> {
  return withHome(ws, async (parts) => {
    const known = knownTools(parts);
    const { policy } = inForce(parts);
    const tools = known.map((tool) => ({ ...shown(tool), rule_id: ruleOf(policy, tool) }));
    const unruled = known
      .filter((_, i) => tools[i]?.rule_id === null)
      .map(({ capability, entry }) => ({ capability, ...workerOf(entry) }));
    const { rule } = await allowTools(ws, parts, { name: HOST_ORIGIN, tools: unruled }, false);
    return { tools, rule: unruled.length === 0 ? [] : rule };
  });
}

function ruleOf(policy: InForce["policy"], { tool, capability, entry }: Known): string | null {
  const asked = { tools: [{ name: tool, capability }], worker: { species: workerOf(entry).species } };
  const [ruled] = whichRule(policy, asked);
  return ruled?.serves === true ? ruled.rule_id : null;
}

function workerOf(entry: PinnedTool | undefined): Pick<PinnedTool, "species" | "risk_tier"> {
  return { species: entry?.species ?? HOST_SPECIES, risk_tier: entry?.risk_tier ?? "medium" };
}

export type AcceptHostReport = {
  readonly accepted: boolean;
  readonly record_id: string | null;
  /** `origin/tool` of what is accepted now and wasn't, or not in tools.json. */
  readonly tools: readonly string[];
};

/**
 * Accepts the definitions that were refused last, and the first uses on record, into tools.json, once a person has
 * seen what differs; that alone is put in force. Throws LifecycleError.
 */
export function acceptHostTools(
  ws: Workshop,
  {
    origin,
    tool,
    accept,
  }: { readonly origin: string; readonly tool?: string; readonly accept?: PinnedTool["accept"] },
): Promise<AcceptHostReport> {
  return withHome(ws, async (parts) => {
    const wanted = knownTools(parts).filter(
      (known) => known.origin === origin && (tool === undefined || known.tool === tool),
    );
    if (wanted.length === 0) throw unknownTool(tool === undefined ? origin : `${origin}/${tool}`);
    const entries = wanted.flatMap(({ entry, first, refused, capability }): readonly PinnedTool[] => {
      const definition = refused ?? entry?.definition ?? first;
      if (definition === undefined) return [];
      if (entry === undefined) return [pinned(origin, definition, capability, accept ?? "exact")];
      const next = { ...entry, definition, accept: accept ?? entry.accept };
      return refused === undefined && next.accept === entry.accept ? [] : [next];
    });
    const { accepted, record_id } = await amendPolicy(ws, parts, {
      question: `Accept ${entries.length === 1 ? "this definition" : `these ${entries.length} definitions`} of ${origin}?`,
      reason: `tool accept ${origin}${tool === undefined ? "" : `/${tool}`}`,
      file: "tools.json",
      edit: (list) => withTools(list, entries),
    });
    return { accepted, record_id, tools: entries.map(({ definition }) => `${origin}/${definition.name}`) };
  });
}

function shown({ origin, tool, capability, entry, first, refused }: Known): Omit<HostTool, "rule_id"> {
  const before = entry?.definition ?? first;
  const state = entry !== undefined ? "accepted" : first !== undefined ? "first use" : "unaccepted";
  const changes = before === undefined || refused === undefined ? [] : differences(before, refused);
  return { origin, tool, capability, state, changes };
}

function knownTools(parts: OpenHome): readonly Known[] {
  const { store, policy } = inForce(parts);
  const { servers, namespace, tools } = policy.config;
  const found = new Map<string, Known>();
  const take = (origin: string, tool: string, what: Partial<Known> & Pick<Known, "capability">) => {
    if (Object.hasOwn(servers, origin)) return;
    const key = `${origin}/${tool}`;
    const none = { entry: undefined, first: undefined, refused: undefined };
    found.set(key, { ...(found.get(key) ?? none), origin, tool, ...what });
  };
  for (const row of store.query({ kind: "pin", limit: ENOUGH })) {
    const { origin, tool, capability, definition } = saidIn(row, namespace);
    take(origin, tool, {
      capability,
      first: definition === undefined ? undefined : store.definition(definition),
    });
  }
  for (const entry of tools)
    take(entry.origin, entry.definition.name, { capability: entry.capability, entry });
  for (const row of store.query({ kind: "decision", code: "DENY_DEFINITION_CHANGED", limit: ENOUGH })) {
    const { origin, tool, definition } = saidIn(row, namespace);
    const known = found.get(`${origin}/${tool}`);
    const now = known?.entry?.definition ?? known?.first;
    const refused = definition === undefined ? undefined : store.definition(definition);
    const isAccepted =
      now !== undefined && refused !== undefined && definitionDigest(now) === definitionDigest(refused);
    const capability = known?.capability ?? capabilityIn(row);
    take(origin, tool, { capability, refused: isAccepted ? undefined : refused });
  }
  for (const row of store.query({ kind: "decision", code: "DENY_UNKNOWN_SKILL", limit: ENOUGH })) {
    const { origin, tool, definition } = saidIn(row, namespace);
    if (definition !== undefined && !found.has(`${origin}/${tool}`))
      take(origin, tool, { capability: capabilityIn(row) });
  }
  return [...found.values()];
}

/** What a pin or a decision says of its foreign tool; its skill id is `<the home's namespace>/<origin>`. */
function saidIn(row: RecordRow, namespace: string) {
  const body = (row.body ?? {}) as JsonObject;
  const id = parseSkillId(String(body["skill_id"]));
  const definition = body["definition_digest"];
  return {
    origin: id?.namespace === namespace ? id.name : String(body["skill_id"]),
    tool: String(body["tool"]),
    capability: String(body["capability_id"]),
    definition: typeof definition === "string" ? definition : undefined,
  };
}

function capabilityIn({ body }: RecordRow): string {
  const decision = (body as JsonObject | null)?.["decision"] as JsonObject | undefined;
  return String(decision?.["capability_id"]);
}

function unknownTool(name: string): LifecycleError {
  return new LifecycleError(
    "NOT_FOUND",
    `Nothing is on record of ${name}.`,
    "hall tool list shows the foreign tools that programs here have called; a first call puts one on record.",
  );
}

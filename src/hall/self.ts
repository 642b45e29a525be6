import type { Json, JsonObject } from "../protocol/canonical.js";
import { DEFAULT_HALL_CONFIG, type HomeConfig } from "../protocol/config.js";
import type { Outcome } from "../protocol/outcome.js";
import { ENVS } from "../protocol/request.js";
import type { ToolDefinition } from "../protocol/skill.js";
import { POLICY_TABLES } from "../protocol/tables.js";
import type { WorkerRecord } from "../protocol/worker.js";
import { readPolicy } from "./answers.js";
import { commonBody, decisionBody } from "./bodies.js";
import { BUILTIN_TOOLS, SELF_RULES, SELF_SPECIES } from "./builtins.js";
import { explainRow } from "./explain.js";
import { NOT_CONTAINED } from "./foreign.js";
import { type AcceptedTool, acceptedTools } from "./foreignTools.js";
import type { GateParts } from "./gate.js";
import { gather } from "./gather.js";
import { standingOf } from "./listing.js";
import { outcomeOf, unrecorded } from "./outcomes.js";
import type { Policy } from "./policy.js";
import type { Call, Sources } from "./situation.js";
import { validatorOf } from "./sources.js";
import type { GovernedTool } from "./tool.js";
import type { Caller, Gate } from "./types.js";
import { stopped, weigh } from "./verdict.js";
import { writeWithin } from "./write.js";

const SELF_NAMESPACE = "x.hall";

const SELF_WORKER: WorkerRecord = {
  worker_id: "x.hall.self",
  worker_species_id: SELF_SPECIES,
  worker_version: "1.0.0",
  capabilities: ["cap.hall.read"],
  risk_tier: "low",
  required_controls: [],
  currently_implements: [],
  allowed_environments: ENVS,
  data_labels: ["PUBLIC", "INTERNAL", "RESTRICTED"],
  blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 },
  privilege_envelope: { secrets_access: [], network_egress: "none", filesystem_writes: [], tools: [] },
};

/**
 * A call of one of the Hall's own tools. It passes the same gathering and decision as any other, under the fixed rule
 * rr_hall_self, and leaves a `query` record before it is answered from the caller's own records; a denial of one
 * leaves a decision. A dry run is recorded too, and answers nothing.
 */
export async function answerSelf(
  parts: GateParts,
  call: Call,
  gate: Pick<Gate, "invoke" | "guard">,
): Promise<Outcome<Json>> {
  const situation = await gather(call, selfSources(parts.sources, call));
  const ids = { decision_id: parts.uuid(), approval_id: null };
  const verdict = weigh(call, situation, ids, null);
  const { ledger } = situation;
  if (ledger === "unknown" || ledger.hall_id === null) return unrecorded(verdict);
  const { caller, correlation_id, received } = call;
  const acting = commonBody(caller, parts.engine, { correlation_id });
  try {
    const { value, head } = await writeWithin(parts.store(), (tx) =>
      verdict.answer === "run"
        ? tx.append({ kind: "query", body: { ...acting, tool: call.tool } })
        : tx.append({ kind: "decision", body: decisionBody(acting, ledger, call, situation, verdict) }),
    );
    const { record_id } = value;
    const committed = { value: { record_id, hold: null }, head };
    const ended = outcomeOf(call, { situation, verdict, committed });
    if (ended !== undefined || !received.ok) return ended ?? unrecorded(verdict);
    const output = await answer(parts, call, received.value as JsonObject, gate);
    const { decision } = verdict;
    return Object.freeze({
      kind: "done",
      decision,
      output,
      content: null,
      record_id,
      receipt_id: record_id,
      ledger_head: head,
    });
  } catch {
    return unrecorded(weigh(call, stopped(situation, "DENY_AUDIT_UNAVAILABLE"), ids, null));
  }
}

async function answer(
  parts: GateParts,
  call: Call,
  input: JsonObject,
  gate: Pick<Gate, "invoke" | "guard">,
): Promise<Json> {
  switch (call.tool) {
    case "hall_why":
      return why(parts, call.caller, String(input["record_id"]));
    case "hall_may_i":
      return mayI(parts, call, input, gate);
    default:
      return { tools: await standings(parts, call.caller) };
  }
}

/** Only a record of the caller's own is explained; another's is as unknown as one that isn't there. */
function why(parts: GateParts, caller: Caller, record_id: string): Json {
  const row = parts.store().query({ id: record_id, limit: 1 })[0];
  const own = row?.tenant_id === caller.tenant_id && row.agent === caller.agent;
  return row !== undefined && own ? { found: true, ...explainRow(row) } : { found: false, record_id };
}

/** Of a foreign tool its accepted definition is asked about: whether its server still says the same is seen by a call. */
async function mayI(
  parts: GateParts,
  call: Call,
  input: JsonObject,
  gate: Pick<Gate, "invoke" | "guard">,
): Promise<Json> {
  const tool = String(input["tool"]);
  const args = input["arguments"] ?? {};
  const options = { dryRun: true, correlationId: call.correlation_id };
  const [foreign] = await foreignOf(parts, call.caller, tool);
  const outcome =
    foreign === undefined
      ? await gate.invoke(tool, args, options)
      : await gate.guard({ ...foreign, acceptedBy: "operator", args, options }, null);
  const denial = outcome.kind === "dry_run" || outcome.kind === "denied" ? outcome.denial : undefined;
  const would = outcome.kind === "dry_run" ? outcome.would : "deny";
  const { record_id } = outcome;
  if (denial === undefined) return { tool, would, record_id };
  const { code, message, helps } = denial;
  return { tool, would, code, message, helps, record_id };
}

async function standings(parts: GateParts, caller: Caller): Promise<Json> {
  const tools = await standingOf(parts.sources, caller);
  return [
    ...tools.map(({ tool, active }) => ({
      tool: tool.definition.name,
      skill_id: tool.install.skill_id,
      version: tool.install.version,
      may_run: active,
    })),
    ...(await foreignOf(parts, caller)).map(({ name, skill_id, mayRun }) => ({
      tool: name,
      skill_id,
      version: null,
      may_run: mayRun,
    })),
  ];
}

/** The accepted tools of servers that this Hall connects to: of others it says nothing, since nobody could call them. */
async function foreignOf(
  { sources, servesForeign }: GateParts,
  caller: Caller,
  name?: string,
): Promise<readonly AcceptedTool[]> {
  if (!servesForeign) return [];
  const policy = readPolicy(await sources.policy());
  return acceptedTools({ policy: () => policy, sources }, caller, name);
}

/** The outside as the Hall's own tools meet it: real clock, ledger and policy, and nothing else to depend on. */
function selfSources(sources: Sources, call: Call): Sources {
  const definition = BUILTIN_TOOLS.find((tool) => tool.name === call.tool) as ToolDefinition;
  const everywhere = {
    skill: "active",
    version: "active",
    worker: "active",
    adapter: "active",
    hash: "active",
  };
  return {
    ...sources,
    policy: async () => (readPolicy(await sources.policy()) === null ? null : selfPolicy(call.caller)),
    tool: () => selfTool(definition),
    held: () => undefined,
    standing: () => ({ ...everywhere, publisher: "active" }),
    definition: () => "own",
    certificate: () => "valid",
    attestation: () => ({ ok: true }),
    schema: async (_tool, value) => (await validatorOf(definition.input_schema))(value),
    policyGate: null,
    containment: () => NOT_CONTAINED,
    approval: () => null,
  };
}

function selfPolicy(caller: Caller): Policy {
  const config = { namespaces: { [caller.tenant_id]: [SELF_NAMESPACE] }, controls: [] };
  const own = config as Partial<HomeConfig> as HomeConfig;
  return {
    digest: "self",
    config: own,
    rules: SELF_RULES,
    profile: null,
    tables: POLICY_TABLES,
    hall: DEFAULT_HALL_CONFIG,
  };
}

function selfTool({ name, title, capability_id, skill_id, version }: ToolDefinition): GovernedTool {
  return {
    name,
    title,
    capability_id,
    skill_id,
    version,
    namespace: SELF_NAMESPACE,
    allowed_environments: ENVS,
    worker: SELF_WORKER,
    artifact_digest: "",
    definition_digest: null,
  };
}

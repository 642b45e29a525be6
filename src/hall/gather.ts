import { type RuleSet, ruleFor } from "../decide/rules.js";
import type { Json } from "../protocol/canonical.js";
import { timestamp } from "../protocol/clock.js";
import type { Known, PolicyGateContext, SkillFacts } from "../protocol/facts.js";
import { HALL_CONTROLS } from "../protocol/tables.js";
import type { StoreState } from "../records/view.js";
import {
  readApproval,
  readAttestation,
  readCertificate,
  readContainment,
  readHeld,
  readJson,
  readLedger,
  readPolicy,
  readProblems,
  readStanding,
  readTime,
  readTool,
} from "./answers.js";
import { approvalFact, type HeldApproval } from "./approval.js";
import type { Received } from "./arguments.js";
import { ask, deadlineAfter, GATHER_MS } from "./ask.js";
import type { Policy } from "./policy.js";
import type { HeldArtifact, InstalledTool } from "./skills.js";
import type { Answer, Snapshot } from "./snapshot.js";
import type { Caller } from "./types.js";

/**
 * Everything outside that a call depends on. Each may throw, answer garbage or nothing, or never answer; gather
 * turns all of that into "unknown". The default assembly is in open.ts; a test breaks them one by one.
 */
export type Sources = {
  clock(): unknown;
  ledger(): unknown;
  policy(): unknown;
  tool(name: string): unknown;
  tools(): readonly InstalledTool[];
  held(tool: InstalledTool): unknown;
  standing(tool: InstalledTool, caller: Caller): unknown;
  certificate(tool: InstalledTool, held: HeldArtifact | null, policy: Policy, now: string): unknown;
  attestation(tool: InstalledTool, held: HeldArtifact | null): unknown;
  schema(tool: InstalledTool, value: Json): unknown;
  policyGate: ((context: PolicyGateContext) => unknown) | null;
  containment(): unknown;
  approval(call: Call, tool: InstalledTool, policy: Policy, now: string): unknown;
};

/** What one call asks, as its surface bound it. */
export type Call = {
  readonly caller: Caller;
  readonly tool: string;
  readonly received: Received;
  readonly correlation_id: string;
  readonly dry_run: boolean;
};

/** Everything that was gathered for one call, before anything is decided. */
export type Situation = {
  readonly now: string;
  readonly ledger: Known<StoreState>;
  readonly policy: Policy | null;
  readonly tool: InstalledTool | null;
  readonly held: HeldArtifact | null;
  readonly approval: HeldApproval | null;
  readonly snapshot: Snapshot & { readonly skill: SkillFacts };
};

/** Step 2 of a call: all I/O, into one snapshot of facts. What can't be read in time is "unknown". */
export async function gather(call: Call, sources: Sources): Promise<Situation> {
  const { deadline, cancel } = deadlineAfter(GATHER_MS);
  try {
    return await gatherBy(call, sources, deadline);
  } finally {
    cancel();
  }
}

async function gatherBy(call: Call, sources: Sources, deadline: Promise<never>): Promise<Situation> {
  const about = <T>(question: () => unknown, read: (answer: unknown) => T) => ask(question, read, deadline);
  const { caller, received } = call;

  const [time, ledger, inForce, found] = await Promise.all([
    about(sources.clock, readTime),
    about(sources.ledger, readLedger),
    about(sources.policy, readPolicy),
    about(() => sources.tool(call.tool), readTool),
  ]);
  const now =
    time !== "unknown" ? timestamp(time) : ledger !== "unknown" ? (ledger.at ?? timestamp(0)) : timestamp(0);
  const policy = inForce === "unknown" ? null : inForce;
  const tool = found === "unknown" ? null : found;
  const rule = policy && tool ? ruleInForce(policy.rules, tool, caller) : undefined;

  const facts = { ...NOTHING_KNOWN };
  facts.clock = time === "unknown" ? "unknown" : ledger === "unknown" ? "ok" : ledger.clock;
  facts.gate = time !== "unknown" && isBroken(ledger) ? "DENY_AUDIT_UNAVAILABLE" : "open";
  facts.policy = inForce === "unknown" ? "unknown" : inForce === null ? "not_applied" : "in_force";
  facts.namespace = policy && tool ? namespaceOf(policy, tool, caller) : "unknown";
  facts.visible = found === "unknown" ? "unknown" : visible(facts.namespace, tool, caller, rule);

  let held: HeldArtifact | null = null;
  let approval: HeldApproval | null = null;
  let gateAnswer: Answer | null = null;
  if (policy !== null && tool !== null && facts.visible === true) {
    const bytes = await about(() => sources.held(tool), readHeld);
    held = bytes === "unknown" ? null : bytes;
    facts.standing = await about(() => sources.standing(tool, caller), readStanding);
    facts.certificate = await about(() => sources.certificate(tool, held, policy, now), readCertificate);
    facts.attestation = await about(() => sources.attestation(tool, held), readAttestation);
    facts.arguments = received.ok
      ? await about(() => sources.schema(tool, received.value), readProblems)
      : { ok: false, problems: received.problems };
    facts.containment = await about(sources.containment, readContainment);
    facts.worker = tool.worker;
    const open =
      call.dry_run || !received.ok
        ? null
        : await about(() => sources.approval(call, tool, policy, now), readApproval);
    approval = open === "unknown" ? null : open;
    facts.approval = open === "unknown" ? "unknown" : approvalFact(open);
    if (rule?.escalation.policy_gate === true)
      gateAnswer = await askPolicyGate(call, tool, sources, deadline);
  }
  return {
    now,
    ledger,
    policy,
    tool,
    held,
    approval,
    snapshot: snapshotOf(policy, tool, held, gateAnswer, facts),
  };
}

function isBroken(ledger: Situation["ledger"]): boolean {
  return ledger === "unknown" || ledger.problem !== null;
}

const NOTHING_KNOWN: { -readonly [K in keyof SkillFacts]: SkillFacts[K] } = {
  gate: "open",
  clock: "unknown",
  policy: "unknown",
  visible: "unknown",
  namespace: "unknown",
  standing: "unknown",
  certificate: "unknown",
  attestation: "unknown",
  arguments: "unknown",
  worker: "unknown",
  containment: "unknown",
  approval: { state: "none" },
};

/** The situation of a gate that can't even gather, and stops with a code. */
export function nothingKnown(gate: SkillFacts["gate"]): Situation {
  const none = { ledger: "unknown", policy: null, tool: null, held: null, approval: null } as const;
  return {
    ...none,
    now: timestamp(0),
    snapshot: snapshotOf(null, null, null, null, { ...NOTHING_KNOWN, gate }),
  };
}

/** The rule that matches a caller's cell for a tool, if any. */
export function ruleInForce(rules: RuleSet, tool: InstalledTool, caller: Caller) {
  return ruleFor(rules, { ...caller, capability_id: tool.definition.capability_id });
}

export function namespaceOf(
  policy: Policy,
  tool: InstalledTool,
  caller: Caller,
): "authorized" | "not_authorized" {
  const own = policy.config.namespaces[caller.tenant_id] ?? [];
  return own.includes(tool.manifest.namespace) ? "authorized" : "not_authorized";
}

function visible(
  namespace: SkillFacts["namespace"],
  tool: InstalledTool | null,
  caller: Caller,
  rule: unknown,
): boolean {
  const allowed = tool?.manifest.allowed_environments.includes(caller.env) === true;
  return namespace === "authorized" && allowed && rule !== undefined;
}

function snapshotOf(
  policy: Policy | null,
  tool: InstalledTool | null,
  held: HeldArtifact | null,
  policy_gate: Answer | null,
  skill: SkillFacts,
): Situation["snapshot"] {
  const worker = tool?.worker;
  const species = worker?.worker_species_id;
  const own = <T>(value: T): Record<string, T> => (species === undefined ? {} : { [species]: value });
  return {
    controls: [...HALL_CONTROLS, ...(policy?.config.controls ?? []), ...(worker?.currently_implements ?? [])],
    available: species === undefined ? [] : [species],
    registered_hashes: own(tool?.install.artifact_digest ?? null),
    current_hashes: own(held?.artifact_digest ?? null),
    envelopes: worker === undefined ? {} : own(worker.privilege_envelope),
    policy_gate,
    skill,
  };
}

async function askPolicyGate(
  call: Call,
  tool: InstalledTool,
  sources: Sources,
  deadline: Promise<never>,
): Promise<Answer | null> {
  const { policyGate } = sources;
  if (policyGate === null) return null;
  const { tenant_id, env, data_label, tenant_risk, qos_class } = call.caller;
  const { capability_id } = tool.definition;
  const context = {
    capability_id,
    tenant_id,
    env,
    data_label,
    tenant_risk,
    qos_class,
    policy_version: "policy.v0",
  };
  const value = await ask(
    () => policyGate(Object.freeze(context)),
    (answer) => ({ value: readJson(answer) }),
    deadline,
  );
  return value === "unknown" ? { failed: true } : value;
}

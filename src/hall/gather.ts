import { timestamp } from "../protocol/clock.js";
import type { Known, SkillFacts } from "../protocol/facts.js";
import { HALL_CONTROLS } from "../protocol/tables.js";
import {
  readApproval,
  readAttestation,
  readCertificate,
  readContainment,
  readDefinition,
  readHeld,
  readJson,
  readLedger,
  readPolicy,
  readProblems,
  readStanding,
  readTime,
  readTool,
} from "./answers.js";
import { approvalFact } from "./approval.js";
import { ask, deadlineAfter, GATHER_MS } from "./ask.js";
import type { Policy } from "./policy.js";
import type { Call, Situation, Sources } from "./situation.js";
import type { HeldArtifact } from "./skills.js";
import type { Answer } from "./snapshot.js";
import type { GovernedTool } from "./tool.js";
import { isVisible, namespaceOf, ruleInForce } from "./visible.js";

/** Step 2 of a call: all I/O, into one snapshot of facts. What can't be read in time is "unknown". */
export async function gather(call: Call, sources: Sources): Promise<Situation> {
  const { deadline, cancel } = deadlineAfter(GATHER_MS);
  try {
    return await gatherBy(call, sources, deadline);
  } finally {
    cancel();
  }
}

type About = <T>(question: () => unknown, read: (answer: unknown) => T) => Promise<Known<T>>;

async function gatherBy(call: Call, sources: Sources, deadline: Promise<never>): Promise<Situation> {
  const about: About = (question, read) => ask(question, read, deadline);
  const [time, ledger, inForce, found] = await Promise.all([
    about(sources.clock, readTime),
    about(sources.ledger, readLedger),
    about(sources.policy, readPolicy),
    about(() => sources.tool(call.tool), readTool),
  ]);
  const policy = inForce === "unknown" ? null : inForce;
  const tool = found === "unknown" ? null : found;
  const now = timestamp(time !== "unknown" ? time : Date.parse(lastTime(ledger)));
  const facts: SkillFacts = {
    ...NOTHING_KNOWN,
    clock: time === "unknown" ? "unknown" : ledger === "unknown" ? "ok" : ledger.clock,
    gate: time !== "unknown" && isBroken(ledger) ? "DENY_AUDIT_UNAVAILABLE" : "open",
    policy: inForce === "unknown" ? "unknown" : inForce === null ? "not_applied" : "in_force",
    namespace: policy && tool ? namespaceOf(policy, tool, call.caller) : "unknown",
    visible: found === "unknown" ? "unknown" : policy && tool ? isVisible(policy, tool, call.caller) : false,
  };
  const known = { now, ledger, policy, tool };
  if (policy === null || tool === null || facts.visible !== true) {
    return { ...known, held: null, approval: null, snapshot: snapshotOf(policy, tool, null, null, facts) };
  }
  const { held, open, ...more } = await gatherTool({ call, sources, about, policy, tool, now });
  const rule = ruleInForce(policy.rules, tool, call.caller);
  const isGated = rule?.escalation.policy_gate === true;
  const gate = isGated ? await askPolicyGate(call, tool, sources, deadline) : null;
  const approval = open === "unknown" ? null : open;
  return { ...known, held, approval, snapshot: snapshotOf(policy, tool, held, gate, { ...facts, ...more }) };
}

/** What is known of a tool that the caller may see. Who may not see it causes no look at its bytes. */
async function gatherTool(parts: {
  readonly call: Call;
  readonly sources: Sources;
  readonly about: About;
  readonly policy: Policy;
  readonly tool: GovernedTool;
  readonly now: string;
}) {
  const { call, sources, about, policy, tool, now } = parts;
  const { received } = call;
  const bytes = await about(() => sources.held(tool), readHeld);
  const held = bytes === "unknown" ? null : bytes;
  const asksPeople = !call.dry_run && received.ok;
  const open = asksPeople ? await about(() => sources.approval(call, tool, policy, now), readApproval) : null;
  return {
    held,
    open,
    approval: open === "unknown" ? open : approvalFact(open),
    worker: tool.worker,
    standing: await about(() => sources.standing(tool, call.caller), readStanding),
    definition: await about(() => sources.definition(tool, policy), readDefinition),
    certificate: await about(() => sources.certificate(tool, held, policy, now), readCertificate),
    attestation: await about(() => sources.attestation(tool, held), readAttestation),
    arguments: received.ok
      ? await about(() => sources.schema(tool, received.value), readProblems)
      : { ok: false, problems: received.problems },
    containment: await about(sources.containment, readContainment),
  };
}

function lastTime(ledger: Situation["ledger"]): string {
  return (ledger === "unknown" ? null : ledger.at) ?? timestamp(0);
}

function isBroken(ledger: Situation["ledger"]): boolean {
  return ledger === "unknown" || ledger.problem !== null;
}

const NOTHING_KNOWN: SkillFacts = {
  gate: "open",
  clock: "unknown",
  policy: "unknown",
  visible: "unknown",
  namespace: "unknown",
  standing: "unknown",
  definition: "unknown",
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

function snapshotOf(
  policy: Policy | null,
  tool: GovernedTool | null,
  held: HeldArtifact | null,
  policy_gate: Answer | null,
  skill: SkillFacts,
): Situation["snapshot"] {
  const worker = tool?.worker;
  const species = worker?.worker_species_id;
  const own = <T>(value: T): Record<string, T> => (species === undefined ? {} : { [species]: value });
  return {
    controls: [...HALL_CONTROLS, ...(policy?.config.controls ?? [])],
    available: species === undefined ? [] : [species],
    registered_hashes: own(tool?.artifact_digest ?? null),
    current_hashes: own(held?.artifact_digest ?? null),
    envelopes: worker === undefined ? {} : own(worker.privilege_envelope),
    policy_gate,
    skill,
  };
}

async function askPolicyGate(
  call: Call,
  tool: GovernedTool,
  sources: Sources,
  deadline: Promise<never>,
): Promise<Answer | null> {
  const { policyGate } = sources;
  if (policyGate === null) return null;
  const { tenant_id, env, data_label, tenant_risk, qos_class } = call.caller;
  const { capability_id } = tool;
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

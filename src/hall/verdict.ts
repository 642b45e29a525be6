import { judge } from "../decide/makeDecision.js";
import type { Json } from "../protocol/canonical.js";
import type { Hold, RouteDecision } from "../protocol/decision.js";
import type { ApprovalFact, SkillFacts } from "../protocol/facts.js";
import type { Call, Situation } from "./situation.js";
import { factsOf, type Snapshot } from "./snapshot.js";

/** What was decided about a call, with everything that its record needs to replay it. */
export type Verdict = {
  readonly answer: "run" | "hold" | "deny";
  readonly decision: RouteDecision;
  /** The holds that a person must answer, in the order met; with "run", the ones that a grant satisfied. */
  readonly holds: readonly Hold[];
  readonly snapshot: Snapshot;
  readonly ids: { readonly decision_id: string; readonly approval_id: string | null };
  readonly route_input: Readonly<Record<string, Json>>;
};

/**
 * Step 3 of a call: the pure decision. Before a hold is opened the decision is asked again as if a person had said
 * yes to everything; a denial that remains is the outcome, so nobody is asked in vain (formats.md, Holds and grants).
 */
export function weigh(
  call: Call,
  situation: Situation,
  ids: Verdict["ids"],
  commitment: string | null,
): Verdict {
  const route_input = routeInput(call, situation, commitment);
  const decide = (snapshot: Snapshot) => {
    const { policy, now } = situation;
    return judge({
      request: route_input,
      rules: policy?.rules ?? [],
      facts: factsOf(snapshot),
      config: policy?.hall ?? null,
      profile: policy?.profile ?? null,
      ...(policy === null ? {} : { tables: policy.tables }),
      now,
      ids,
    });
  };
  const { snapshot } = situation;
  const first = decide(snapshot);
  const settled = {
    ids: { ...ids, approval_id: situation.approval?.request.approval_id ?? null },
    route_input,
  };
  if (!first.decision.denied) return { answer: "run", ...first, snapshot, ...settled };
  if (!isHold(first.decision)) return { answer: "deny", ...first, snapshot, ...settled };
  const granted = withSkill(snapshot, { approval: { state: "assumed" } });
  const second = decide(granted);
  if (second.decision.denied) return { answer: "deny", ...second, snapshot: granted, ...settled };
  return { answer: "hold", decision: first.decision, holds: second.holds, snapshot, ids, route_input };
}

/** A situation as if its grant, which doesn't cover the call, weren't there. */
export function withoutApproval(situation: Situation): Situation {
  const { approval, snapshot } = situation;
  const none = { approval: null, snapshot: withSkill(snapshot, { approval: { state: "none" } }) };
  return approval === null ? situation : { ...situation, ...none, outgrown: approval.request.approval_id };
}

/** A situation in which the gate itself stops, with the given code. */
export function stopped(situation: Situation, gate: SkillFacts["gate"]): Situation {
  return { ...situation, snapshot: withSkill(situation.snapshot, { gate }) };
}

function withSkill(
  snapshot: Situation["snapshot"],
  change: { readonly approval?: ApprovalFact; readonly gate?: SkillFacts["gate"] },
): Situation["snapshot"] {
  return { ...snapshot, skill: { ...snapshot.skill, ...change } };
}

/** A hold is a denial that a person can lift (S004: the code and supervisor_required tell it). */
function isHold(decision: RouteDecision): boolean {
  return decision.deny_reason_if_denied?.["supervisor_required"] === true;
}

/** The request as the decision sees it: flags from the envelope, arguments only as a salted commitment. */
function routeInput(call: Call, { tool }: Situation, commitment: string | null): Verdict["route_input"] {
  const { tenant_id, env, data_label, tenant_risk, qos_class } = call.caller;
  const envelope = tool?.worker.privilege_envelope;
  const egress = envelope !== undefined && envelope.network_egress !== "none";
  const writes = envelope !== undefined && envelope.filesystem_writes.length > 0;
  return {
    capability_id: tool?.capability_id ?? "cap.unknown.tool",
    env,
    data_label,
    tenant_risk,
    qos_class,
    tenant_id,
    correlation_id: call.correlation_id,
    request: { arguments: commitment, egress, external_call: egress, mutates_state: writes, writes },
    dry_run: call.dry_run,
  };
}

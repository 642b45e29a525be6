import type { ApprovalBody, DecisionBody, HoldBody } from "./body.js";
import type { Fold, HeldCall } from "./fold.js";
import { checkGrant, openVote } from "./grant.js";
import { insist } from "./members.js";
import { insistOnAnswer, insistOnNeed } from "./need.js";
import { approversOf, type PolicyApprover } from "./policy.js";
import type { Header } from "./record.js";
import type { HoldRequest } from "./request.js";

/** A hold: a request of this Hall under the policy in force, whose approval_id is new. */
export function takeHold(fold: Fold, header: Header, body: HoldBody): void {
  const { request } = body;
  insist(request.hall_id === fold.hall_id, "its request is another Hall's");
  insist(!fold.holds.has(request.approval_id), "its approval_id is taken");
  const other = differing(request, {
    tenant_id: body.tenant_id,
    agent: body.actor,
    policy_digest: body.policy_digest,
    engine: body.engine,
    skill_id: body.skill_id,
    version: body.version,
    artifact_digest: body.artifact_digest,
  });
  insist(other === undefined, `its request has another ${other}`);
  fold.holds.set(request.approval_id, { record_id: header.record_id, request, approvals: [], used: false });
}

/**
 * An answer to a hold, and only one: a vote that an approver in force signed for this very request, or what the asking
 * program said itself, whose no always counts and whose yes where a confirmation is enough.
 */
export function takeApproval(fold: Fold, header: Header, body: ApprovalBody): void {
  const { vote, confirmed_via, declined_via, level } = body;
  const held = fold.holds.get(body.approval_id);
  const isItsHold = held?.record_id === header.parent_id;
  insist(held !== undefined && isItsHold, "its parent isn't the hold that it answers");
  const answers = [vote, confirmed_via, declined_via].filter((answer) => answer !== null);
  insist(answers.length === 1, "it isn't exactly one of a vote, a confirmation and a refusal");
  if (vote !== null) {
    const theirs = openVote(vote, held.request, approversInForce(fold));
    insist(theirs !== undefined, "its vote isn't an approver's for this request");
    insist(level === null || level === theirs.approver.level, "its level isn't its approver's");
  }
  insist(vote !== null || level === null, "it gives a level to what no approver said");
  const mayConfirm = held.request.mode === "confirm" || confirmed_via === null;
  insist(mayConfirm, "it confirms what only an approver's vote can grant");
  held.approvals.push({ vote, confirmed_via, declined_via, at: header.at });
}

/** A grant is consumed once, while it lives, by the call that the hold was about, decided by what people answered. */
export function consumeGrant(fold: Fold, header: Header, body: DecisionBody, grant_id: string): void {
  const held = fold.holds.get(grant_id);
  insist(held !== undefined, "its grant has no hold");
  insist(!held.used, "its grant was consumed before");
  const { state } = stateOf(fold, held, header.at);
  insist(state === "granted", `its grant is ${state}`);
  const { route_input } = body;
  const other = differing(held.request, {
    tenant_id: body.tenant_id,
    agent: body.actor,
    env: route_input.env,
    data_label: route_input.data_label,
    tenant_risk: route_input.tenant_risk,
    qos_class: route_input.qos_class,
    capability_id: route_input.capability_id,
    rule_id: body.decision.matched_rule_id,
    skill_id: body.skill_id,
    version: body.version,
    tool: body.tool,
    artifact_digest: body.artifact_digest,
    definition_digest: body.definition_digest,
    arguments: route_input.request["arguments"],
    policy_digest: body.policy_digest,
    engine: body.engine,
  });
  insist(other === undefined, `its grant is for another ${other}`);
  insist(fold.policy !== null, "no policy is in force");
  insistOnNeed(fold.policy, held.request, body.facts);
  insistOnAnswer(body.facts, held.request);
  held.used = true;
}

function stateOf(fold: Fold, { request, approvals }: HeldCall, now: string) {
  return checkGrant({ request, approvals, approvers: approversInForce(fold), now });
}

function approversInForce(fold: Fold): readonly PolicyApprover[] {
  return fold.policy === null ? [] : approversOf(fold.policy, fold.operatorKeys);
}

/** The first member in which a request differs from what the record says. */
function differing(
  request: HoldRequest,
  said: { readonly [K in keyof HoldRequest]?: unknown },
): string | undefined {
  return (Object.keys(said) as (keyof HoldRequest)[]).find((name) => request[name] !== said[name]);
}

import { approvalNeed, type Rule } from "../decide/rules.js";
import { commitment } from "../evidence/commitment.js";
import { checkGrant, type GrantState } from "../evidence/grant.js";
import type { PolicyApprover } from "../evidence/policy.js";
import type { HoldKey, HoldRequest } from "../evidence/request.js";
import { mayConfirm } from "../protocol/confirm.js";
import type { ApprovalFact } from "../protocol/facts.js";
import type { ApprovalNeed } from "../protocol/rule.js";
import type { HeldWhole, OpenHold } from "../records/holds.js";
import type { Policy } from "./policy.js";
import type { GovernedTool } from "./tool.js";
import type { Caller } from "./types.js";

/** How long a hold waits for a person, and a grant for its call (formats.md, Holds and grants). */
export const HOLD_MS = 15 * 60_000;
export const GRANT_SECONDS = 600;
export const MAX_OPEN_HOLDS = 20;

/** The hold that this very call has met before: same caller, tool, arguments and policy. */
export type HeldApproval = {
  readonly state: Exclude<GrantState["state"], "expired">;
  readonly request: HoldRequest;
  /** The salt of the hold's commitment; the retry uses it, so anyone sees that what ran is what was approved. */
  readonly salt: Uint8Array;
};

/** Whom a hold belongs to: never a session, process or surface. */
export function holdKey(caller: Caller, tool: GovernedTool, policy: Policy, engine: string): HoldKey {
  const { tenant_id, agent, env, data_label, tenant_risk, qos_class } = caller;
  return {
    tenant_id,
    agent,
    env,
    data_label,
    tenant_risk,
    qos_class,
    capability_id: tool.capability_id,
    skill_id: tool.skill_id,
    tool: tool.name,
    artifact_digest: tool.artifact_digest,
    definition_digest: tool.definition_digest,
    policy_digest: policy.digest,
    engine,
  };
}

/**
 * The hold of this caller whose commitment these arguments open; a retry carries no ticket. There are several only
 * where an earlier grant didn't cover what is asked now, and then the last one is the one that was asked for it.
 */
export function findHeld(
  store: HoldReader,
  key: HoldKey,
  bytes: Uint8Array,
  approvers: () => readonly PolicyApprover[],
  now: string,
): HeldApproval | null {
  let found: HeldApproval | null = null;
  for (const { request, salt } of store.holdsOf(key)) {
    if (commitment("arguments", bytes, salt) !== request.arguments) continue;
    const whole = store.hold(request.approval_id);
    if (whole === undefined || whole.state === "used") continue;
    const { state } = checkGrant({ request, approvals: whole.approvals, approvers: approvers(), now });
    if (state !== "expired") found = { state, request, salt }; // an expired one is forgotten: a fresh hold opens
  }
  return found;
}

/** Where holds are read: the store, or a transaction of it. */
export type HoldReader = {
  holdsOf(key: HoldKey): readonly OpenHold[];
  hold(approval_id: string): HeldWhole | undefined;
};

/**
 * The yes that a hold asks for: what the rule says, but a mere confirmation never in prod or edge, for high or
 * critical risk, or under a profile that wants approvals (hall.md, Approvals; policy.md).
 */
export function needOf(
  rule: Rule,
  caller: Caller,
  { worker }: GovernedTool,
  { profile }: Policy,
): ApprovalNeed {
  const need = approvalNeed(rule);
  const { env, tenant_risk } = caller;
  const asked = { env, tenant_risk, risk_tier: worker.risk_tier, approval: profile?.approval };
  return need.mode === "confirm" && !mayConfirm(asked) ? { ...need, mode: "approve" } : need;
}

/** What a decision may know of it. */
export function approvalFact(held: HeldApproval | null): ApprovalFact {
  if (held === null) return { state: "none" };
  const { approval_id, holds } = held.request;
  return held.state === "granted"
    ? { state: "granted", approval_id, holds }
    : { state: held.state, approval_id };
}

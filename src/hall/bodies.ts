import type { Common, DecisionBody } from "../evidence/body.js";
import type { HoldKey, HoldRequest } from "../evidence/request.js";
import type { JsonObject } from "../protocol/canonical.js";
import { timestamp } from "../protocol/clock.js";
import type { RouteInput } from "../protocol/request.js";
import type { ApprovalNeed } from "../protocol/rule.js";
import type { StoreState } from "../records/view.js";
import { GRANT_SECONDS, HOLD_MS } from "./approval.js";
import type { Call, Situation } from "./situation.js";
import type { GovernedTool } from "./tool.js";
import type { Actor } from "./types.js";
import type { Verdict } from "./verdict.js";

/** Who acts about what, as every body begins. The store adds under which policy and standing. */
export function commonBody(
  caller: Actor,
  engine: string,
  about: { readonly correlation_id?: string; readonly tool?: GovernedTool | null } = {},
): Acting {
  return {
    tenant_id: caller.tenant_id,
    session_id: caller.session_id,
    surface: caller.surface,
    correlation_id: about.correlation_id ?? null,
    actor: caller.agent,
    engine,
    skill_id: about.tool?.skill_id ?? null,
    version: about.tool?.version ?? null,
    artifact_digest: about.tool?.artifact_digest ?? null,
  };
}
export type Acting = Omit<Common, "policy_digest" | "standing_epoch">;

/** The record of a decision, with all that replays it. It insists on the policy and standing that it was made under. */
export function decisionBody(
  acting: Acting,
  ledger: StoreState,
  call: Call,
  situation: Situation,
  verdict: Verdict,
): DecisionBody {
  const consumes = verdict.answer === "run" && verdict.holds.length > 0 && !call.dry_run;
  return {
    ...acting,
    policy_digest: ledger.policy_digest,
    standing_epoch: ledger.epoch,
    tool: call.tool,
    definition_digest: situation.tool?.definition_digest ?? null,
    now: situation.now,
    ids: verdict.ids,
    route_input: verdict.route_input as unknown as RouteInput,
    facts: verdict.snapshot as unknown as JsonObject,
    decision: verdict.decision,
    dry_run: call.dry_run,
    grant_id: consumes ? (situation.approval?.request.approval_id ?? null) : null,
    labels: null,
    conditions: null,
  };
}

/** What a person is asked, whole (formats.md, The request). */
export function holdRequest(parts: {
  readonly key: HoldKey;
  readonly approval_id: string;
  readonly need: ApprovalNeed;
  readonly verdict: Verdict;
  readonly tool: GovernedTool;
  readonly commitment: string;
  readonly hall_id: string;
  readonly now: string;
}): HoldRequest {
  const { key, need, verdict, tool } = parts;
  return {
    ...key,
    approval_id: parts.approval_id,
    mode: need.mode,
    needed: need.needed,
    supervisor_level: need.supervisor_level,
    holds: verdict.holds,
    hall_id: parts.hall_id,
    rule_id: verdict.decision.matched_rule_id,
    skill_id: tool.skill_id,
    version: tool.version,
    title: tool.title,
    arguments: parts.commitment,
    opened_at: parts.now,
    expires_at: timestamp(Date.parse(parts.now) + HOLD_MS),
    grant_seconds: GRANT_SECONDS,
  };
}

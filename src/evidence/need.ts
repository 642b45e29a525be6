import { canonicalJson, type JsonObject } from "../protocol/canonical.js";
import { mayConfirm } from "../protocol/confirm.js";
import { insist, isObject } from "./members.js";
import { approvalNeedOf, type PolicyDocument } from "./policy.js";
import type { HoldRequest } from "./request.js";

/**
 * Insists that people were asked for the yes that the policy wants: `needed`, `mode` and level are the rule's (formats.md,
 * Consuming). A confirmation may be raised to an approval, and isn't enough in prod and edge, for risk high and
 * critical, or under a profile that wants approvals (hall.md, Approvals). Throws RecordError.
 */
export function insistOnNeed(policy: PolicyDocument, request: HoldRequest, facts: JsonObject): void {
  const need = approvalNeedOf(policy, request.rule_id);
  insist(
    need !== undefined,
    "its grant's rule isn't in the policy, or asks for no approval that can be read",
  );
  insist(
    request.needed === need.needed,
    `its grant asked for ${request.needed} yes, its rule for ${need.needed}`,
  );
  insist(
    request.supervisor_level === need.supervisor_level,
    "its grant asked for people of another level than its rule",
  );
  if (request.mode === "approve") return;
  const risk_tier = member(member(facts["skill"], "worker"), "risk_tier");
  const { env, tenant_risk } = request;
  const approval = policy.profile?.["approval"];
  const isEnough = need.mode === "confirm" && mayConfirm({ env, tenant_risk, risk_tier, approval });
  insist(isEnough, "its grant asked for a confirmation where an approval is needed");
}

/**
 * Insists that the decision was made by this very grant: what it was told of the human's answer is the approval_id and
 * the holds that the request showed. That those are all the holds it met, its replay shows: one more would deny.
 */
export function insistOnAnswer(facts: JsonObject, { approval_id, holds }: HoldRequest): void {
  const approval = member(facts["skill"], "approval");
  const isItsGrant =
    member(approval, "state") === "granted" &&
    member(approval, "approval_id") === approval_id &&
    canonicalJson(member(approval, "holds") ?? null) === canonicalJson(holds);
  insist(isItsGrant, "its facts name another grant, or other holds than those that were shown");
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

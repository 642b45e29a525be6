import type { HoldForApproval } from "../hall/approver.js";
import { shownWhole } from "../protocol/shown.js";

/** Everything that a yes covers beside the arguments, by name, with each character that can't be seen spelled out. */
export function factsOf({
  approval_id,
  request,
  level,
}: HoldForApproval): readonly (readonly [string, string])[] {
  const facts: readonly (readonly [string, string])[] = [
    ["skill", `${request.title ?? ""} ${request.skill_id ?? ""} ${request.version ?? ""}`.trim()],
    ["tool", request.tool],
    ["digest", request.artifact_digest ?? request.definition_digest ?? ""],
    ["caller", `${request.agent}, tenant ${request.tenant_id}, env ${request.env}`],
    ["data", `${request.data_label}, risk ${request.tenant_risk}, ${request.qos_class}`],
    ["because", request.holds.map(({ code, reason }) => `${code} (${reason})`).join(", ")],
    ["needs", request.mode === "confirm" ? "a confirmation" : `${request.needed} of level ${level}`],
    ["rule", `${request.rule_id}, policy ${request.policy_digest}`],
    ["opened", request.opened_at],
    ["until", request.expires_at],
    ["committed", request.arguments],
    ["approval", approval_id],
  ];
  return facts.map(([name, value]) => [name, shownWhole(value)]);
}

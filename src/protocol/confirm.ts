import { type Env, isProduction, type TenantRisk } from "./request.js";

/**
 * Whether the asking program's own yes may do for a call whose rule lets it: never in prod and edge, for risk high and
 * critical (medium counts as high for a tenant of high risk), nor under a profile that wants approvals (hall.md,
 * Approvals; policy.md, Risk). What is unknown doesn't do.
 */
export function mayConfirm(call: {
  readonly env: Env;
  readonly tenant_risk: TenantRisk;
  readonly risk_tier: unknown;
  /** The profile's row; undefined without a profile. */
  readonly approval: unknown;
}): boolean {
  const { env, tenant_risk, risk_tier, approval } = call;
  const isLow = risk_tier === "low" || (risk_tier === "medium" && tenant_risk !== "high");
  return !isProduction(env) && isLow && approval !== "approve";
}

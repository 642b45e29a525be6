import type { Case, Refusal } from "./case.js";
import { refuse } from "./refuse.js";

/** Rules, config and profile are what they must be; else nothing that they say is believed. */
export function checkPolicyReadable(c: Case): Refusal | undefined {
  return c.isPolicyReadable ? undefined : refuse("DENY_POLICY_UNAVAILABLE");
}

/** The request has the shape of a RouteInput (wcp.md 3.3). Names of members and keywords only, never values. */
export function checkShape(c: Case): Refusal | undefined {
  if (c.problems.length === 0) return undefined;
  const problems = c.problems.map((problem) => Object.freeze({ ...problem }));
  return refuse("DENY_INVALID_INPUT", { problems: Object.freeze(problems) });
}

export function checkTenant(c: Case): Refusal | undefined {
  return c.input.tenant_id.trim() === "" ? refuse("DENY_MISSING_TENANT_ID") : undefined;
}

export function checkSignatory(c: Case): Refusal | undefined {
  if (!c.config.require_signatory || c.config.allowed_tenants.includes(c.input.tenant_id)) return undefined;
  return refuse("DENY_UNKNOWN_TENANT", { tenant_id: c.input.tenant_id });
}

/** This engine has no verifier of tenant credentials, so a config that requires one allows nothing (wcp.md 12, 40). */
export function checkCredential(c: Case): Refusal | undefined {
  return c.config.require_credential ? refuse("DENY_INTERNAL_ERROR") : undefined;
}

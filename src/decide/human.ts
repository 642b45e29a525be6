import type { Case, Refusal } from "./case.js";
import { hold } from "./hold.js";
import { ruleOf } from "./ruleOf.js";

/** A rule may ask for a human whatever the call is (wcp.md 12, 33). */
export function checkHumanRequired(c: Case): Refusal | undefined {
  if (!ruleOf(c).escalation.human_required_default) return undefined;
  return hold(c, "DENY_REQUIRES_HUMAN_APPROVAL", "human_required_default", {
    policy_version: c.policyVersion,
  });
}

import { DENIALS } from "../protocol/deny.js";
import type { SkillFacts } from "../protocol/facts.js";
import type { Refusal } from "./case.js";
import { refuse } from "./refuse.js";

/** A policy was applied on this machine (formats.md, .hall/config.json). */
export function checkPolicyInForce({ policy }: SkillFacts): Refusal | undefined {
  if (policy === "in_force") return undefined;
  return refuse(policy === "not_applied" ? "DENY_POLICY_NOT_APPLIED" : "DENY_POLICY_UNAVAILABLE");
}

/** The clock isn't far behind the ledger (formats.md, Time). */
export function checkClock({ clock }: SkillFacts): Refusal | undefined {
  return clock === "ok" ? undefined : refuse("DENY_CLOCK_INVALID");
}

/** The gate itself can go on: its ledger is there to record this, and what it gathered has held still. */
export function checkGateOpen({ gate }: SkillFacts): Refusal | undefined {
  if (gate === "open") return undefined;
  return refuse(Object.hasOwn(DENIALS, gate) ? gate : "DENY_INTERNAL_ERROR");
}

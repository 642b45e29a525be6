import type { SkillFacts } from "../protocol/facts.js";
import type { Refusal } from "./case.js";
import { refuse } from "./refuse.js";

/**
 * Everything that a call stands on may still run: a ban is named before a revocation, that before a degraded
 * adapter, that before a revoked publisher. What is none of these and not active is unknown, and denies.
 */
export function checkStanding({ standing }: SkillFacts): Refusal | undefined {
  if (typeof standing !== "object" || standing === null) return refuse("DENY_STANDING_UNKNOWN");
  const { skill, version, worker, adapter, hash, publisher } = standing;
  const own = [skill, version, worker, adapter, hash];
  if (publisher === "active" && own.every((state) => state === "active")) return undefined;
  if (publisher === "banned" || own.includes("banned")) return refuse("DENY_SKILL_BANNED");
  if (own.includes("revoked")) return refuse("DENY_SKILL_REVOKED");
  if (own.includes("degraded")) return refuse("DENY_ADAPTER_DEGRADED");
  return refuse(publisher === "revoked" ? "DENY_PUBLISHER_REVOKED" : "DENY_STANDING_UNKNOWN");
}

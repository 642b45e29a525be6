import type { SkillFacts } from "../protocol/facts.js";
import type { Refusal } from "./case.js";
import { refuse } from "./refuse.js";

/** The same words for a tool that is hidden from this caller and for one that doesn't exist. */
export function checkVisible({ visible }: SkillFacts): Refusal | undefined {
  return visible === true ? undefined : refuse("DENY_UNKNOWN_SKILL");
}

export function checkNamespace({ namespace }: SkillFacts): Refusal | undefined {
  return namespace === "authorized" ? undefined : refuse("DENY_NAMESPACE_NOT_AUTHORIZED");
}

import type { SkillFacts } from "../protocol/facts.js";
import type { Case, Refusal } from "./case.js";

/** A check of the house's own: it exists only where the Hall knows the skill that is called (formats.md, Types). */
export type HouseCheck = (skill: SkillFacts, c: Case) => Refusal | undefined;

/** A house check as one of the list of all checks. */
export function house(check: HouseCheck): (c: Case) => Refusal | undefined {
  return (c) => (c.skill === undefined ? undefined : check(c.skill, c));
}

import type { SkillFacts } from "../protocol/facts.js";
import type { Refusal } from "./case.js";
import { refuse } from "./refuse.js";

/** The tool is an installed skill's own, or a foreign one whose definition is the one that was accepted. */
export function checkDefinition(skill: SkillFacts): Refusal | undefined {
  return skill.definition === "own" || isHostCode(skill) ? undefined : refuse("DENY_DEFINITION_CHANGED");
}

/** Whether the host holds the code: then nobody certified it, and what was accepted is its definition. */
export function isHostCode({ definition }: SkillFacts): boolean {
  return definition === "accepted";
}

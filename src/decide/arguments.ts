import type { SkillFacts } from "../protocol/facts.js";
import type { Refusal } from "./case.js";
import { refuse } from "./refuse.js";

/** The arguments fit the tool's schema, as the compiled validator found. A broken validator is no yes. */
export function checkArguments({ arguments: found }: SkillFacts): Refusal | undefined {
  if (typeof found !== "object" || found === null) return refuse("DENY_INTERNAL_ERROR");
  if (found.ok === true) return undefined;
  const problems = found.problems.map(({ path, keyword }) =>
    Object.freeze({ path: path.toWellFormed(), keyword }),
  );
  return refuse("DENY_INVALID_INPUT", { problems: Object.freeze(problems) });
}

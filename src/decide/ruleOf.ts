import type { Case } from "./case.js";
import type { Rule } from "./rules.js";

/** The matched rule, for the checks that come after matching. */
export function ruleOf(c: Case): Rule {
  if (c.rule === undefined) throw new Error("no rule has matched yet");
  return c.rule;
}

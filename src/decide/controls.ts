import { canonicalControl } from "../protocol/ids.js";
import type { Case, Refusal } from "./case.js";
import { refuse } from "./refuse.js";
import { ruleOf } from "./ruleOf.js";

/** The rule's controls are among those present in this Hall, whichever way the two spell them (wcp.md 1.3). */
export function checkControls(c: Case): Refusal | undefined {
  if (c.preconditions.deny_if_missing_required_controls && c.controls.length > 0) {
    const missing = missingControls(c.controls, c.facts.controls);
    if (missing.length > 0) return refuse("DENY_MISSING_REQUIRED_CONTROLS", { missing });
  }
  c.escalation = ruleOf(c).escalation; // denials from here on show what the rule escalates (wcp.md 3.5)
  return undefined;
}

/** Which of the required controls aren't present, sorted, as they were spelled. */
export function missingControls(required: readonly string[], present: Iterable<string>): readonly string[] {
  if (required.every((control) => isListed(control, present))) return NONE;
  const known = new Set<string>();
  for (const control of present) known.add(canonicalControl(control));
  return Object.freeze(required.filter((control) => !known.has(canonicalControl(control))).sort());
}

const NONE: readonly string[] = Object.freeze([]);

/** Spelled alike, as nearly always: then nothing needs to be brought to one spelling. */
function isListed(control: string, present: Iterable<string>): boolean {
  if (Array.isArray(present)) return present.includes(control);
  return present instanceof Set && present.has(control);
}

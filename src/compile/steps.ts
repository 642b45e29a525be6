/*
 * What one validation may cost. A pattern takes its size for each character, a recursive definition the members of each
 * value that it looks at, uniqueItems the text of the items: so neither a large pattern on a large text nor a
 * definition that meets one value in very many ways can hold the process up (about a second at worst).
 */
const MAX_STEPS = 100_000_000;
let left = MAX_STEPS;

/** Takes steps from the validation that is running; throws when it has used up what it may. */
export function takeSteps(count: number): void {
  left -= count;
  if (left < 0) throw new RangeError("the value takes too long to check");
}

/** Runs one validation with a full budget. Validations are synchronous, so one counter serves them all. */
export function withSteps<T>(validation: () => T): T {
  left = MAX_STEPS;
  return validation();
}

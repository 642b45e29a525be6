/*
 * What one validation may cost, whatever schema and value: a step stands for some nanoseconds. Every visit of a
 * subschema takes some (charge.ts), so alternatives that meet one value in very many ways end soon, and so does what
 * they keep in memory. Patterns have a budget of their own, of the characters that they read times their size: enough for the
 * largest text and a simple pattern, which alone takes longer than all else may.
 */
const PATTERN_STEPS = 11_000_000;
const TEST_STEPS = 200; // what asking the engine takes, however short the text

/** Steps of a check that only says yes or no, and of one that says where the problems are. */
export const CHECK_STEPS = 7_000_000;
export const REPORT_STEPS = 3_000_000;

/** What is left to the validation that is running. Validations are synchronous, so one serves them all. */
const left = { steps: 0, pattern: 0 };

/** Takes steps from the validation that is running; throws when it has used up what it may. */
export function takeSteps(count: number): void {
  left.steps -= count;
  if (left.steps < 0) throw new OutOfSteps();
}

/** Takes what a pattern of a size may cost on a text. */
export function takePattern(size: number, length: number): void {
  takeSteps(TEST_STEPS);
  left.pattern -= size * length;
  if (left.pattern < 0) throw new OutOfSteps();
}

/** Runs one validation with a full budget of so many steps. */
export function withSteps<T>(steps: number, validation: () => T): T {
  left.steps = steps;
  left.pattern = PATTERN_STEPS;
  return validation();
}

class OutOfSteps extends Error {
  override readonly name = "OutOfSteps";
  constructor() {
    super("the value takes too long to check");
  }
}

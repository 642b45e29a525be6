import { canonicalJson, type JsonObject, sha256Hex } from "../protocol/canonical.js";
import type { InputProblem } from "../protocol/facts.js";
import { type Checks, loadLibrary } from "./library.js";
import { CompileError } from "./problem.js";
import { reportProblems } from "./reportProblems.js";
import { CHECK_STEPS, REPORT_STEPS, withSteps } from "./steps.js";
import { checkStructure } from "./toolSchema.js";

/** Whether a value fits a schema. Never throws; problems name places and keywords, never a value. */
export type Validator = (
  value: unknown,
) => { readonly ok: true } | { readonly ok: false; readonly problems: readonly InputProblem[] };

/**
 * The validator of a compiled tool schema, made once a process and kept by the digest of its text. The library loads
 * with the first, and trusts schemas like code: throws CompileError for one that checkToolSchema refuses.
 */
export const loadValidator: (schema: JsonObject) => Promise<Validator> = keptByText(async (schema) => {
  const problems = checkStructure(schema, "input"); // whatever an output may have, an input may too
  if (problems.length > 0) throw new CompileError("The schema can't be compiled", problems);
  return checkerOf(await loadLibrary(schema), schema);
});

const MAX_KEPT = 1_000;

/** Makes each schema's validator once, from the schema as its canonical text reads. Throws CanonicalError without one. */
export function keptByText(
  make: (schema: JsonObject) => Promise<Validator>,
): (schema: JsonObject) => Promise<Validator> {
  const kept = new Map<string, Promise<Validator>>();
  return (schema) => {
    const text = canonicalJson(schema);
    const digest = sha256Hex(text);
    const known = kept.get(digest);
    if (known !== undefined) return known;
    const validator = make(JSON.parse(text) as JsonObject);
    const oldest = kept.keys().next();
    if (kept.size >= MAX_KEPT && !oldest.done) kept.delete(oldest.value);
    kept.set(digest, validator);
    validator.catch(() => kept.delete(digest)); // a failed load may go well next time
    return validator;
  };
}

/** The value took too long, or can't be read: refused without a place. */
const UNCHECKED: readonly InputProblem[] = [{ path: "", keyword: "internal" }];

/** The library's checks of a schema, within their budgets of steps, with problems in our words. */
export function checkerOf({ fits, explains }: Checks, schema: JsonObject): Validator {
  const check = (value: unknown) => {
    if (withSteps(CHECK_STEPS, () => fits(value))) return { ok: true } as const;
    const explain = explains();
    try {
      withSteps(REPORT_STEPS, () => explain(value));
      const problems = reportProblems(explain.errors ?? [], value, schema);
      return { ok: false, problems: problems.length > 0 ? problems : UNCHECKED } as const;
    } finally {
      explain.errors = null; // they hold the value
    }
  };
  return (value) => {
    try {
      return check(value);
    } catch {
      return { ok: false, problems: UNCHECKED };
    }
  };
}

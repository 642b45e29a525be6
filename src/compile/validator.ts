import { canonicalJson, type JsonObject, sha256Hex } from "../protocol/canonical.js";
import type { InputProblem } from "../protocol/facts.js";
import { loadLibrary } from "./library.js";
import { CompileError } from "./problem.js";
import { reportProblems } from "./reportProblems.js";
import { withSteps } from "./steps.js";
import { checkStructure } from "./toolSchema.js";

/** Whether a value fits a schema. Never throws; problems name places and keywords, never a value. */
export type Validator = (
  value: unknown,
) => { readonly ok: true } | { readonly ok: false; readonly problems: readonly InputProblem[] };

const MAX_KEPT = 1_000;
const kept = new Map<string, Promise<Validator>>();

/**
 * The validator of a compiled tool schema, made once a process and kept by the digest of its text. The library loads
 * with the first, and trusts schemas like code: throws CompileError for one that checkToolSchema refuses.
 */
export function loadValidator(schema: JsonObject): Promise<Validator> {
  const text = canonicalJson(schema);
  const digest = sha256Hex(text);
  const known = kept.get(digest);
  if (known !== undefined) return known;
  const validator = makeValidator(JSON.parse(text) as JsonObject);
  const oldest = kept.keys().next();
  if (kept.size >= MAX_KEPT && !oldest.done) kept.delete(oldest.value);
  kept.set(digest, validator);
  validator.catch(() => kept.delete(digest)); // a failed load may go well next time
  return validator;
}

async function makeValidator(schema: JsonObject): Promise<Validator> {
  const problems = checkStructure(schema, "input"); // whatever an output may have, an input may too
  if (problems.length > 0) throw new CompileError("The schema can't be compiled", problems);
  const validate = await loadLibrary(schema);
  return (value) => {
    try {
      if (withSteps(() => validate(value))) return { ok: true };
      return { ok: false, problems: reportProblems(validate.errors ?? [], value, schema) };
    } catch {
      return { ok: false, problems: [{ path: "", keyword: "internal" }] };
    } finally {
      validate.errors = null; // they hold the value
    }
  };
}

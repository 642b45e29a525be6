import type { JsonObject } from "../protocol/canonical.js";
import { translateSchema } from "./foreignSchema.js";
import { loadLibrary } from "./library.js";
import { checkPlain } from "./plain.js";
import { CompileError, type Problem } from "./problem.js";
import { checkSize } from "./schemaSize.js";
import { isObject } from "./subschemas.js";
import { checkerOf, keptByText, type Validator } from "./validator.js";

/**
 * The validator of a schema that others wrote, made once a process and kept by the digest of its text: draft-07 or
 * 2020-12 by its `$schema` (the latter where it names none), unknown keywords and formats ignored, every reference
 * inside the schema, patterns in linear time, sizes bounded as for our own. Rejects with CompileError, which lists what
 * keeps the schema from being understood.
 */
export async function loadForeignValidator(schema: JsonObject): Promise<Validator> {
  insist(isObject(schema) ? checkPlain(schema) : [NO_SCHEMA]);
  return load(schema);
}

const NO_SCHEMA: Problem = { path: [], message: "isn't a schema", remedy: "Write an object" };

const load = keptByText(async (schema) => {
  const translated = translateSchema(schema);
  insist(translated.problems);
  insist(checkSize(translated.schema));
  return checkerOf(await loadLibrary(translated.schema, "foreign"), translated.schema);
});

function insist(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new CompileError("The schema can't be compiled", problems);
}

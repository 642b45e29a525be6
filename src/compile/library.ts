import type { ValidateFunction } from "ajv/dist/2020.js";
import { canonicalJson, type JsonObject } from "../protocol/canonical.js";
import { FORMATS } from "./keywords.js";
import { compilePattern } from "./pattern.js";
import { takeSteps } from "./steps.js";
import { mapSubschemas, subschemas } from "./subschemas.js";

/** Marks a definition whose evaluations are counted; its value is how many steps it takes for each member. */
const COUNTED = "counted";
const STEPS_A_SCHEMA = 20;

/**
 * Compiles a checked schema with Ajv, for JSON Schema 2020-12. A fresh instance for each schema, so that none leaves
 * anything behind in another. The schema has been checked by us, so Ajv's own, slower check against the meta-schema is off.
 */
export async function loadLibrary(
  schema: JsonObject,
  author: "own" | "foreign" = "own",
): Promise<ValidateFunction> {
  const { Ajv2020, formats } = await import("./ajv.js");
  const ajv = new Ajv2020({
    strict: author === "own", // what is merely careless in a schema of others isn't ours to mend
    strictRequired: false,
    strictTuples: false,
    allowUnionTypes: true,
    allowMatchingProperties: true,
    allErrors: false,
    coerceTypes: false,
    useDefaults: false,
    removeAdditional: false,
    validateFormats: true,
    ownProperties: true, // a required "toString" isn't there because every object inherits one
    inlineRefs: false, // keeps generated code as small as the schema
    meta: false,
    validateSchema: false,
    logger: false,
    code: { regExp: linear },
  });
  formats.default(ajv, [...FORMATS]);
  ajv.removeKeyword("uniqueItems"); // Ajv compares every pair of items
  ajv.addKeyword({ keyword: "uniqueItems", type: "array", schemaType: "boolean", validate: areUnique });
  ajv.addKeyword({ keyword: COUNTED, schemaType: "number", validate: countMembers });
  return ajv.compile(countDefinitions(schema));
}

/** Ajv keeps patterns by their toString, so each must have its own. */
function linear(source: string): { test: (text: string) => boolean; toString: () => string } {
  const pattern = compilePattern(source);
  if (!("test" in pattern)) throw new SyntaxError(pattern.message);
  const test = (text: string) => {
    takeSteps(text.length * pattern.cost);
    return pattern.test(text);
  };
  return { test, toString: () => `/${source}/linear` };
}
linear.code = "linear";

function areUnique(unique: boolean, items: readonly unknown[]): boolean {
  if (!unique) return true;
  const seen = new Set<string>();
  for (const item of items) {
    const text = canonicalJson(item);
    takeSteps(text.length);
    if (seen.has(text)) return false;
    seen.add(text);
  }
  return true;
}

function countMembers(steps: number, value: unknown): boolean {
  const members = typeof value === "object" && value !== null ? Object.keys(value).length : 0;
  takeSteps(steps * (1 + members));
  return true;
}

function countDefinitions(schema: JsonObject): JsonObject {
  return mapSubschemas(schema, ({ schema: definition, place }) =>
    place === "definition"
      ? { ...definition, [COUNTED]: STEPS_A_SCHEMA * countSchemas(definition) }
      : definition,
  );
}

function countSchemas(schema: JsonObject): number {
  return subschemas(schema).reduce((count, inner) => count + countSchemas(inner.schema), 1);
}

import type { Ajv2020 as Ajv, CodeKeywordDefinition, ValidateFunction } from "ajv/dist/2020.js";
import { canonicalJson, type JsonObject } from "../protocol/canonical.js";
import { CHARGE, type Charge, chargeSchema, usesUnevaluated, widestUnion } from "./charge.js";
import { FORMATS } from "./keywords.js";
import { compilePattern } from "./pattern.js";
import { CompileError, type Problem } from "./problem.js";
import { takePattern, takeSteps } from "./steps.js";

type Library = typeof import("./ajv.js");

/** A schema's two checks: one that only says whether a value fits, and one that makes Ajv's errors too. */
export type Checks = { readonly fits: ValidateFunction; readonly explains: () => ValidateFunction };

/** Ajv writes the alternatives of a union one inside the other if it may stop at the first; the engine bears so many. */
const MAX_NESTED = 300;

/** How many errors of a reference's target are kept; a report has ten. */
const KEPT_ERRORS = 32;

/**
 * Compiles a checked schema with Ajv, for JSON Schema 2020-12. A fresh instance for each check, so that none leaves
 * anything behind in another. The second check is compiled when it is first needed.
 */
export async function loadLibrary(schema: JsonObject, author: "own" | "foreign" = "own"): Promise<Checks> {
  const { _, Ajv2020, formats, Name } = await import("./ajv.js");
  const library = { _, Ajv2020, formats, Name };
  const charged = chargeSchema(schema);
  let explaining: ValidateFunction | undefined;
  try {
    return {
      fits: open(library, charged, author, "fits"),
      explains: () => (explaining ??= open(library, charged, author, "explains")),
    };
  } catch (error) {
    throw error instanceof RangeError ? new CompileError("The schema can't be compiled", [TOO_WIDE]) : error;
  }
}

const TOO_WIDE: Problem = {
  path: [],
  message: "has too many members or parts in one place, or references one after another",
  remedy: "Move some of them into objects of their own",
};

/** The schema has been checked by us, so Ajv's own, slower check against the meta-schema is off. */
function open(
  library: Library,
  schema: JsonObject,
  author: "own" | "foreign",
  check: keyof Checks,
): ValidateFunction {
  const ajv = new library.Ajv2020({
    strict: author === "own", // what is merely careless in a schema of others isn't ours to mend
    strictRequired: false,
    strictTuples: false,
    allowUnionTypes: true,
    allowMatchingProperties: true,
    allErrors: false,
    messages: false,
    coerceTypes: false,
    useDefaults: false,
    removeAdditional: false,
    validateFormats: true,
    ownProperties: true, // a required "toString" isn't there because every object inherits one
    inlineRefs: false, // keeps generated code as small as the schema
    meta: false,
    validateSchema: false,
    logger: false,
    code: { regExp: linear, process: eager },
  });
  library.formats.default(ajv, [...FORMATS]);
  ajv.opts.unevaluated = usesUnevaluated(schema) || widestUnion(schema) > MAX_NESTED;
  ajv.removeKeyword("uniqueItems"); // Ajv compares every pair of items
  ajv.addKeyword({ keyword: "uniqueItems", type: "array", schemaType: "boolean", validate: areUnique });
  addReference(ajv, library, check);
  addCharge(ajv, library, check);
  return ajv.compile(schema);
}

/** Takes a schema's charge before anything else of it is looked at. */
function addCharge(ajv: Ajv, { _ }: Library, check: keyof Checks): void {
  ajv.addKeyword({
    keyword: CHARGE,
    before: "$ref",
    code({ gen, data, it, schema }) {
      const { visit, member, character } = schema as Charge;
      const take = gen.scopeValue("func", { ref: member + character > 0 ? takeSizes : takeSteps });
      gen.code(
        member + character > 0
          ? _`${take}(${visit}, ${member}, ${character}, ${data})`
          : _`${take}(${visit})`,
      );
      if (check === "fits") Object.assign(it, { createErrors: false }); // as Ajv does beneath `not`
    },
  });
}

function takeSizes(visit: number, member: number, character: number, value: unknown): void {
  if (typeof value === "string") takeSteps(visit + Math.ceil(character * value.length));
  else if (member === 0 || typeof value !== "object" || value === null) takeSteps(visit);
  else takeSteps(visit + member * (Array.isArray(value) ? value.length : Object.keys(value).length));
}

/**
 * Ajv's own `$ref`, but for the errors of what is referred to, which Ajv copies on every level: the check that only
 * says whether a value fits takes one for all of them, the other pays for them and keeps the first.
 */
function addReference(ajv: Ajv, { _, Name }: Library, check: keyof Checks): void {
  const reference = ajv.getKeyword("$ref") as CodeKeywordDefinition;
  const [errors, all] = [new Name("errors"), new Name("vErrors")];
  ajv.removeKeyword("$ref");
  ajv.addKeyword({
    ...reference,
    before: "const",
    code(cxt) {
      const { gen } = cxt;
      const take = gen.scopeValue("func", { ref: takeSteps });
      const before = gen.const("_before", errors);
      const result = cxt.result.bind(cxt);
      cxt.result = (fits, success, copy) => {
        if (check === "fits" || copy === undefined) return result(fits, success);
        result(fits, success, () => {
          copy();
          gen.code(_`${take}(${errors})`);
          gen.if(_`${errors} > ${before} + ${KEPT_ERRORS}`, () =>
            gen.assign(errors, _`${all}.length = ${before} + ${KEPT_ERRORS}`),
          );
        });
      };
      reference.code(cxt);
    },
  });
}

/** Brackets have the engine read a function at once: one that is too wide for it fails here, not at every call. */
function eager(code: string): string {
  return `${code.replace("return function", "return (function")})`;
}

/** Ajv keeps patterns by their toString, so each must have its own. */
function linear(source: string): { test: (text: string) => boolean; toString: () => string } {
  const pattern = compilePattern(source);
  if (!("test" in pattern)) throw new SyntaxError(pattern.message);
  const test = (text: string) => {
    takePattern(pattern.cost, text.length);
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
    takeSteps(20 + text.length);
    if (seen.has(text)) return false;
    seen.add(text);
  }
  return true;
}

import type { ErrorObject } from "ajv/dist/2020.js";
import type { Json, JsonObject } from "../protocol/canonical.js";
import type { InputProblem } from "../protocol/facts.js";
import { isObject, subschemas } from "./subschemas.js";

const MAX_PROBLEMS = 10;

/**
 * Ajv's errors as places and keywords. A place names only members that the schema names, and indices of arrays; any
 * other member is `*`, since a caller's names can be as private as its values (formats.md, Bytes and signatures).
 */
export function reportProblems(
  errors: readonly ErrorObject[],
  value: unknown,
  schema: JsonObject,
): InputProblem[] {
  const named = namesOf(schema, new Set());
  const problems = errors.map((error) => ({ path: placeOf(error, value, named), keyword: keywordOf(error) }));
  const distinct = new Map(problems.map((problem) => [`${problem.path} ${problem.keyword}`, problem]));
  return [...distinct.values()].slice(0, MAX_PROBLEMS);
}

function placeOf(error: ErrorObject, value: unknown, named: ReadonlySet<string>): string {
  let here: unknown = value;
  let place = "";
  for (const segment of error.instancePath.split("/").slice(1)) {
    const name = segment.replaceAll("~1", "/").replaceAll("~0", "~");
    place += Array.isArray(here) || named.has(name) ? `/${segment}` : "/*";
    here = typeof here === "object" && here !== null ? (here as Record<string, unknown>)[name] : undefined;
  }
  const missing: unknown = error.params["missingProperty"];
  if (typeof missing === "string") return `${place}/${missing.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const extra = ["additionalProperties", "unevaluatedProperties", "propertyNames"].includes(error.keyword);
  return extra || error.propertyName !== undefined ? `${place}/*` : place;
}

/** Ajv's own words for a schema that is just `false`. */
function keywordOf(error: ErrorObject): string {
  return error.keyword === "false schema" ? "not" : error.keyword;
}

/** Every member name that a schema mentions. */
function namesOf(schema: JsonObject, names: Set<string>): Set<string> {
  for (const name of Object.keys(isObject(schema["properties"]) ? schema["properties"] : {})) names.add(name);
  for (const name of textsIn(schema["required"])) names.add(name);
  for (const keyword of ["dependentRequired", "dependentSchemas"]) {
    for (const [name, value] of Object.entries(isObject(schema[keyword]) ? schema[keyword] : {})) {
      for (const other of [name, ...textsIn(value)]) names.add(other);
    }
  }
  for (const found of subschemas(schema)) namesOf(found.schema, names);
  return names;
}

function textsIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((text): text is string => typeof text === "string") : [];
}

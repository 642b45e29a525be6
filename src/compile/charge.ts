import type { Json, JsonObject } from "../protocol/canonical.js";
import { ANNOTATIONS, KEYWORDS } from "./keywords.js";
import { definitionOf, isObject, mapSubschemas, refName, subschemas } from "./subschemas.js";

/** The keyword that says what a visit of its schema takes, written into each schema that is compiled. */
export const CHARGE = "charge";

/** Steps that a visit takes, and more of them for each member or item and each character of the value. */
export type Charge = { readonly visit: number; readonly member: number; readonly character: number };

/** What looks at each member of an object, or item of an array, though no subschema may be visited for it. */
const EACH_MEMBER = [
  "additionalProperties",
  "unevaluatedProperties",
  "patternProperties",
  "propertyNames",
  "minProperties",
  "maxProperties",
  "contains",
] as const;

/** About as many schemas as the engine still optimises in one function. */
const LONG = 370;
const SLOWER = 8;

/**
 * The schema with the charge of each of its subschemas, and with members that hold references asked about after the
 * others: a union of nodes is then told apart by the members that name the kind, before anything beneath is visited.
 */
export function chargeSchema(root: JsonObject): JsonObject {
  const merged = usesUnevaluated(root) ? namesMerged(root) : () => 0;
  const change = (schema: JsonObject, pace: number): JsonObject => {
    const inner = mapSubschemas(schema, (found) =>
      change(found.schema, found.place === "definition" ? paceOf(found.schema) : pace),
    );
    const { properties } = inner;
    const ordered = {
      ...inner,
      ...(isObject(properties) ? { properties: referencesLast(properties) } : {}),
      ...(asksForOne(schema) ? { maxContains: Number.MAX_SAFE_INTEGER } : {}),
    };
    const says = Object.keys(schema).some((keyword) => !saysNothing(keyword));
    return says ? { ...ordered, [CHARGE]: chargeOf(schema, merged(schema), pace) } : ordered;
  };
  return change(root, paceOf(root));
}

/**
 * Whether a schema asks for an item of a kind and sets no highest number. Ajv 8.20 then answers for an empty list what it
 * found for the list before it, unless there is a highest number too.
 */
function asksForOne(schema: JsonObject): boolean {
  return (
    schema["contains"] !== undefined && schema["maxContains"] === undefined && schema["minContains"] !== 0
  );
}

/** Ajv makes one function of a definition, and what is too long for the engine to optimise runs slowly. */
function paceOf(definition: JsonObject): number {
  return countSchemas(definition) > LONG ? SLOWER : 1;
}

/** The schemas in a definition, and the bare true and false among alternatives. */
function countSchemas(schema: JsonObject): number {
  const bare = Object.entries(schema).flatMap(([keyword, value]) =>
    KEYWORDS.get(keyword)?.shape === "schemas" && Array.isArray(value)
      ? value.filter((child) => !isObject(child))
      : [],
  );
  return subschemas(schema).reduce(
    (count, { schema: inner, place }) => count + (place === "definition" ? 0 : countSchemas(inner)),
    1 + bare.length,
  );
}

/** Whether what a schema leaves unevaluated matters anywhere in it. */
export function usesUnevaluated(schema: JsonObject): boolean {
  if (schema["unevaluatedProperties"] !== undefined || schema["unevaluatedItems"] !== undefined) return true;
  return subschemas(schema).some((found) => usesUnevaluated(found.schema));
}

/** The largest number of alternatives in one place. */
export function widestUnion(schema: JsonObject): number {
  const here = childrenOf(schema["anyOf"]);
  return subschemas(schema).reduce((widest, found) => Math.max(widest, widestUnion(found.schema)), here);
}

function referencesLast(properties: JsonObject): JsonObject {
  const entries = Object.entries(properties);
  const refers = ([, schema]: [string, Json]) => isObject(schema) && hasReference(schema);
  return Object.fromEntries([
    ...entries.filter((entry) => !refers(entry)),
    ...entries.filter((entry) => refers(entry)),
  ]);
}

function hasReference(schema: JsonObject): boolean {
  return schema["$ref"] !== undefined || subschemas(schema).some((found) => hasReference(found.schema));
}

/** Whether a keyword asks nothing of the value by itself. */
function saysNothing(keyword: string): boolean {
  return !KEYWORDS.has(keyword) || ANNOTATIONS.has(keyword) || keyword === "$defs";
}

function chargeOf(schema: JsonObject, merged: number, pace: number): Charge {
  let nodes = 0;
  for (const [keyword, value] of Object.entries(schema)) {
    if (saysNothing(keyword)) continue;
    const alternatives = Array.isArray(value) ? 3 : 1; // each is joined with what the others said
    nodes += KEYWORDS.get(keyword)?.place === undefined ? sizeOf(value) : alternatives * childrenOf(value);
  }
  const looksAtEach = EACH_MEMBER.some((keyword) => schema[keyword] !== undefined);
  const named = Math.min(8, childrenOf(schema["properties"])); // Ajv compares a member with up to eight names
  const values = [schema["const"], ...(Array.isArray(schema["enum"]) ? schema["enum"] : [])];
  const parts = subschemas(schema).filter(({ place }) => place === "same value").length;
  const member =
    (looksAtEach ? 4 + named / 4 + childrenOf(schema["patternProperties"]) : 0) +
    12 * values.filter(isObject).length + // whose members are counted for each
    (merged > 0 ? 1 + parts : 0);
  const measured = schema["minLength"] !== undefined || schema["maxLength"] !== undefined;
  return {
    visit: Math.ceil(pace * (4 + nodes / 2 + merged)),
    member: member === 0 ? 0 : Math.ceil(pace * (3 + member)),
    character: (measured ? 1 / 2 : 0) + (schema["format"] === undefined ? 0 : 2),
  };
}

/** The nodes of a JSON value, with a further one for every sixteen characters. */
function sizeOf(value: Json): number {
  if (typeof value === "string") return 1 + value.length / 16;
  if (typeof value !== "object" || value === null) return 1;
  const members: readonly Json[] = Array.isArray(value) ? value : Object.values(value);
  return members.reduce<number>(
    (sum, member) => sum + sizeOf(member),
    1 + (isObject(value) ? members.length : 0),
  );
}

function childrenOf(value: Json | undefined): number {
  if (Array.isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : 0;
}

/** How many names of members are carried from a schema's parts to it, to know which are evaluated. */
function namesMerged(root: JsonObject): (schema: JsonObject) => number {
  const known = new Map<JsonObject, number>();
  const namesIn = (schema: JsonObject): number => {
    const before = known.get(schema);
    if (before !== undefined) return before;
    const name = refName(schema["$ref"]);
    const target = name === undefined ? undefined : definitionOf(root, name);
    let names = childrenOf(schema["properties"]) + (target === undefined ? 0 : 1 + namesIn(target));
    for (const { schema: part, place } of subschemas(schema)) {
      if (place === "same value") names += 1 + namesIn(part);
    }
    known.set(schema, names);
    return names;
  };
  return namesIn;
}

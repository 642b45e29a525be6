import type { Json, JsonObject } from "../../src/protocol/canonical.js";

/*
 * The part of JSON Schema that `strict: true` takes (Structured Outputs, "Supported schemas"): closed objects whose every
 * member is required, a root that is an object, and no keyword but these. A request with any other is refused, and all its
 * tools with it, so what isn't known to be taken isn't strict.
 */

const TYPES = new Set(["string", "number", "boolean", "integer", "object", "array", "null"]);
const FORMATS = new Set([
  ...["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"],
]);
const ANNOTATIONS = ["title", "description", "$schema"];
const BOUNDS = ["multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"];
const KEYWORDS = new Set([
  ...[...ANNOTATIONS, ...BOUNDS, "type", "enum", "const", "anyOf", "$defs", "$ref"],
  ...["properties", "required", "additionalProperties", "items", "minItems", "maxItems", "pattern", "format"],
]);

const MAX_MEMBERS = 5_000;
const MAX_DEPTH = 10;
const MAX_ENUM = 1_000;
const MAX_TEXT = 120_000;
/** An enum of texts that has more than so many values is bounded in their length too. */
const LONG_ENUM = 250;
const LONG_ENUM_TEXT = 15_000;

type Counted = { members: number; values: number; text: number };

/** Whether a tool with this input schema may be offered with `strict: true`. */
export function fitsStrict(schema: JsonObject): boolean {
  if (schema["type"] !== "object" || schema["anyOf"] !== undefined) return false;
  const counted: Counted = { members: 0, values: 0, text: 0 };
  return (
    fits(schema, 1, counted) &&
    counted.members <= MAX_MEMBERS &&
    counted.values <= MAX_ENUM &&
    counted.text <= MAX_TEXT
  );
}

function fits(schema: Json | undefined, depth: number, counted: Counted): boolean {
  if (!isObject(schema) || depth > MAX_DEPTH) return false;
  if (!Object.keys(schema).every((keyword) => KEYWORDS.has(keyword))) return false;
  const { type, format, items, anyOf, $defs, $ref } = schema;
  const types = typesOf(type);
  if (!types.every((it) => typeof it === "string" && TYPES.has(it))) return false;
  if (format !== undefined && !(typeof format === "string" && FORMATS.has(format))) return false;
  if ($ref !== undefined && !(typeof $ref === "string" && $ref.startsWith("#"))) return false;
  if (!saysWhatItIs(schema)) return false;
  const under = (it: Json) => fits(it, depth + 1, counted);
  return (
    (!(types.includes("object") || "properties" in schema) || fitsObject(schema, depth, counted)) &&
    (!types.includes("array") || (items !== undefined && under(items))) &&
    (anyOf === undefined || (Array.isArray(anyOf) && anyOf.every(under))) &&
    ($defs === undefined || (isObject($defs) && named($defs, counted).every(under))) &&
    fitsValues(schema, counted)
  );
}

/** The schema without any of these would be "anything", which a strict call can't be held to. */
function saysWhatItIs(schema: JsonObject): boolean {
  return ["type", "anyOf", "$ref", "enum", "const"].some((keyword) => keyword in schema);
}

function fitsObject(schema: JsonObject, depth: number, counted: Counted): boolean {
  const { properties, required, additionalProperties } = schema;
  if (additionalProperties !== false || !isObject(properties) || !Array.isArray(required)) return false;
  const names = Object.keys(properties);
  counted.members += names.length;
  if (required.length !== names.length || !names.every((name) => required.includes(name))) return false;
  return named(properties, counted).every((it) => fits(it, depth + 1, counted));
}

function fitsValues(schema: JsonObject, counted: Counted): boolean {
  const listed = schema["enum"];
  if (listed !== undefined && (!Array.isArray(listed) || listed.length === 0)) return false;
  const values: readonly Json[] = [
    ...(listed ?? []),
    ...("const" in schema ? [schema["const"] ?? null] : []),
  ];
  const text = values.reduce<number>((sum, it) => sum + (typeof it === "string" ? it.length : 0), 0);
  counted.values += listed?.length ?? 0;
  counted.text += text;
  return values.length <= LONG_ENUM || text <= LONG_ENUM_TEXT;
}

function named(schemas: JsonObject, counted: Counted): readonly Json[] {
  for (const name of Object.keys(schemas)) counted.text += name.length;
  return Object.values(schemas);
}

function typesOf(type: Json | undefined): readonly Json[] {
  if (type === undefined) return [];
  return Array.isArray(type) ? type : [type];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

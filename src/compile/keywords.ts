/** The JSON types a schema can name. */
export const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"] as const;
export type TypeName = (typeof TYPES)[number];

/** What a keyword's value looks like. */
export type Shape =
  | "any"
  | "text"
  | "boolean"
  | "count" // a whole number from 0
  | "number"
  | "positive"
  | "list"
  | "values" // of enum
  | "types"
  | "names" // distinct texts
  | "names by name"
  | "pattern"
  | "format"
  | "ref"
  | "schema"
  | "schema or boolean"
  | "schemas"
  | "schemas by name"
  | "schemas by pattern";

/** Where a keyword's subschemas apply: to the same value, to a member or item of it, to a name, or nowhere by itself. */
export type Place = "same value" | "below" | "name" | "definition";

export type Keyword = {
  readonly shape: Shape;
  /** The one type of value that it says anything about. */
  readonly of?: TypeName;
  readonly place?: Place;
  /** Its subschemas only ask whether a value is so; they don't say that it must be. */
  readonly condition?: true;
  /** False when draft-07 and 2020-12 read it differently, so that it may not stand in a published output schema. */
  readonly both?: false;
  /** The keyword without which it says nothing. */
  readonly beside?: string;
};

/** Every keyword that a tool's schema may use; any other is refused. JSON Schema 2020-12. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ["title", { shape: "text" }],
  ["description", { shape: "text" }],
  ["default", { shape: "any" }],
  ["examples", { shape: "list" }],
  ["deprecated", { shape: "boolean" }],
  ["readOnly", { shape: "boolean" }],
  ["writeOnly", { shape: "boolean" }],

  ["type", { shape: "types" }],
  ["enum", { shape: "values" }],
  ["const", { shape: "any" }],

  ["multipleOf", { shape: "positive", of: "number" }],
  ["minimum", { shape: "number", of: "number" }],
  ["maximum", { shape: "number", of: "number" }],
  ["exclusiveMinimum", { shape: "number", of: "number" }],
  ["exclusiveMaximum", { shape: "number", of: "number" }],

  ["minLength", { shape: "count", of: "string" }],
  ["maxLength", { shape: "count", of: "string" }],
  ["pattern", { shape: "pattern", of: "string" }],
  ["format", { shape: "format", of: "string" }],

  ["items", { shape: "schema or boolean", of: "array", place: "below" }],
  ["prefixItems", { shape: "schemas", of: "array", place: "below", both: false }],
  ["unevaluatedItems", { shape: "schema or boolean", of: "array", place: "below", both: false }],
  ["contains", { shape: "schema", of: "array", place: "below", condition: true }],
  ["minContains", { shape: "positive", of: "array", both: false, beside: "contains" }],
  ["maxContains", { shape: "positive", of: "array", both: false, beside: "contains" }],
  ["minItems", { shape: "count", of: "array" }],
  ["maxItems", { shape: "count", of: "array" }],
  ["uniqueItems", { shape: "boolean", of: "array" }],

  ["properties", { shape: "schemas by name", of: "object", place: "below" }],
  ["patternProperties", { shape: "schemas by pattern", of: "object", place: "below" }],
  ["additionalProperties", { shape: "schema or boolean", of: "object", place: "below" }],
  ["unevaluatedProperties", { shape: "schema or boolean", of: "object", place: "below", both: false }],
  ["propertyNames", { shape: "schema", of: "object", place: "name" }],
  ["required", { shape: "names", of: "object" }],
  ["dependentRequired", { shape: "names by name", of: "object", both: false }],
  ["dependentSchemas", { shape: "schemas by name", of: "object", place: "same value", both: false }],
  ["minProperties", { shape: "count", of: "object" }],
  ["maxProperties", { shape: "count", of: "object" }],

  ["allOf", { shape: "schemas", place: "same value" }],
  ["anyOf", { shape: "schemas", place: "same value" }],
  ["oneOf", { shape: "schemas", place: "same value" }],
  ["then", { shape: "schema", place: "same value", beside: "if" }],
  ["else", { shape: "schema", place: "same value", beside: "if" }],
  ["if", { shape: "schema", place: "same value", condition: true }],
  ["not", { shape: "schema", place: "same value", condition: true }],

  ["$ref", { shape: "ref" }],
  ["$defs", { shape: "schemas by name", place: "definition" }],
]);

/** What says nothing about a value. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
]);

/** The formats whose checks are linear in the text (those of ajv-formats). */
export const FORMATS = [
  "date",
  "time",
  "date-time",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uri",
  "uri-reference",
  "uuid",
  "json-pointer",
] as const;

/** Keywords that authors often write and that have a better spelling here. */
export const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["$id", "Remove it: a tool's schema has no address of its own"],
  ["id", "Remove it: a tool's schema has no address of its own"],
  ["$anchor", "Remove it, and refer to #/$defs/<name>"],
  ["$dynamicRef", "Use $ref to #/$defs/<name>"],
  ["$dynamicAnchor", "Remove it, and refer to #/$defs/<name>"],
  ["$recursiveRef", "Use $ref to #/$defs/<name>"],
  ["definitions", "Call it $defs, and refer to #/$defs/<name>"],
  ["nullable", "Write type: [<type>, null]"],
  ["dependencies", "Use dependentRequired or dependentSchemas"],
  ["additionalItems", "Use items beside prefixItems"],
  ["$comment", "Use description"],
  ["example", "Use examples, a list"],
]);

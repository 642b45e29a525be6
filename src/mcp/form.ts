import {
  ElicitRequestFormParamsSchema,
  type PrimitiveSchemaDefinition,
} from "@modelcontextprotocol/sdk/types.js";
import { isShownAsItIs } from "../protocol/shown.js";
import { isObject } from "./message.js";

/** A form of flat fields, as MCP defines it (Elicitation, Requested Schema). */
export type Form = {
  type: "object";
  properties: Record<string, PrimitiveSchemaDefinition>;
  required?: string[];
};

/** What a person filled in. */
export type Filled = Readonly<Record<string, string | number | boolean | string[]>>;

const MAX_FIELDS = 32;
const MAX_FORM = 16_384;

/**
 * A foreign schema as a form that a person can be shown, or a sentence that says why it is none: it must be flat, of
 * bounded size, and every text in it must be seen as it is. Members that MCP doesn't know are left out.
 */
export function parseForm(schema: unknown): Form | string {
  const parsed = ElicitRequestFormParamsSchema.shape.requestedSchema.safeParse(schema);
  if (!parsed.success) {
    return "schema must be {type: object, properties} whose properties are plain strings, numbers, booleans or choices";
  }
  const { type, properties, required } = parsed.data;
  const text = JSON.stringify(parsed.data);
  if (Object.keys(properties).length > MAX_FIELDS || text.length > MAX_FORM) {
    return `schema may have ${MAX_FIELDS} fields and ${MAX_FORM} characters`;
  }
  if (!isSeen(parsed.data)) return "schema has a text with control, bidirectional or invisible characters";
  return { type, properties, ...(required === undefined ? {} : { required }) };
}

function isSeen(value: unknown): boolean {
  if (typeof value === "string") return isShownAsItIs(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, member]) => isShownAsItIs(name) && isSeen(member));
}

/** The fields that were asked for, as they were filled in; undefined when one doesn't fit or a required one is missing. */
export function readFilled({ properties, required = [] }: Form, content: unknown): Filled | undefined {
  if (!isObject(content)) return undefined;
  const filled: Record<string, Filled[string]> = {};
  for (const [name, field] of Object.entries(properties)) {
    const value = Object.hasOwn(content, name) ? content[name] : undefined;
    if (value === undefined) continue;
    if (!fits(field, value)) return undefined;
    filled[name] = value;
  }
  return required.every((name) => Object.hasOwn(filled, name)) ? filled : undefined;
}

function fits(field: PrimitiveSchemaDefinition, value: unknown): value is Filled[string] {
  switch (field.type) {
    case "boolean":
      return typeof value === "boolean";
    case "number":
    case "integer":
      return isNumberOf(field, value);
    case "array":
      return isSomeOf(field, value);
    default:
      return typeof value === "string" && (choicesOf(field)?.includes(value) ?? isTextOf(field, value));
  }
}

type NumberField = Extract<PrimitiveSchemaDefinition, { type: "number" | "integer" }>;
type ListField = Extract<PrimitiveSchemaDefinition, { type: "array" }>;
type StringField = Extract<PrimitiveSchemaDefinition, { type: "string" }>;

function isNumberOf({ type, minimum = -Infinity, maximum = Infinity }: NumberField, value: unknown): boolean {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  return (type === "number" || Number.isInteger(value)) && value >= minimum && value <= maximum;
}

function isSomeOf({ items, minItems = 0, maxItems = Infinity }: ListField, value: unknown): boolean {
  if (!Array.isArray(value) || value.length < minItems || value.length > maxItems) return false;
  const choices = "enum" in items ? items.enum : items.anyOf.map((choice) => choice.const);
  return value.every((one) => choices.includes(one));
}

function choicesOf(field: StringField): readonly string[] | undefined {
  if ("enum" in field) return field.enum;
  return "oneOf" in field ? field.oneOf.map((choice) => choice.const) : undefined;
}

const FORMATS = {
  email: /^[^\s@]+@[^\s@]+$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  "date-time": /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i,
} as const;

function isTextOf(field: StringField, value: string): boolean {
  const { minLength = 0, maxLength = Infinity, format } = field as Extract<StringField, { format?: unknown }>;
  const length = [...value].length;
  if (length < minLength || length > maxLength) return false;
  if (format === undefined) return true;
  return format === "uri" ? URL.canParse(value) : FORMATS[format].test(value);
}

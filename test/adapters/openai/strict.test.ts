import { describe, expect, test } from "vitest";
import { fitsStrict } from "../../../adapters/openai/strict.js";
import type { Json, JsonObject } from "../../../src/protocol/canonical.js";

const closed = (properties: JsonObject): JsonObject => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const nested = (depth: number): JsonObject => (depth === 1 ? closed({}) : closed({ it: nested(depth - 1) }));
const words = (count: number, length: number) =>
  Array.from({ length: count }, (_, i) => String(i).padStart(length, "w"));

describe("strict mode takes", () => {
  const good: Readonly<Record<string, JsonObject>> = {
    "closed objects whose members are all required": closed({
      query: { type: "string", description: "What?" },
    }),
    "no members": closed({}),
    "nullable members": closed({ limit: { type: ["integer", "null"], minimum: 1, maximum: 9 } }),
    "lists, enums and alternatives": closed({
      tags: { type: "array", items: { enum: ["a", "b"] }, minItems: 1, maxItems: 3 },
      it: { anyOf: [{ type: "string", format: "uuid" }, closed({ id: { const: 1 } })] },
    }),
    "definitions, also recursive ones": {
      ...closed({ next: { $ref: "#/$defs/n" } }),
      $defs: { n: closed({ of: { $ref: "#/$defs/n" } }) },
    },
    patterns: closed({ id: { type: "string", pattern: "^a" } }),
    "ten levels": nested(10),
  };
  test.each(Object.entries(good))("%s", (_, schema) => expect(fitsStrict(schema)).toBe(true));
});

describe("strict mode doesn't take", () => {
  const text: Json = { type: "string" };
  const bad: Readonly<Record<string, JsonObject>> = {
    "optional members": { ...closed({ a: text, b: text }), required: ["a"] },
    "open objects": { type: "object", properties: { a: text }, required: ["a"] },
    "additional members": { ...closed({ a: text }), additionalProperties: text },
    "a root that is no object": { type: "array", items: text },
    "a root of alternatives": { ...closed({}), anyOf: [closed({})] },
    "lengths of texts": closed({ a: { type: "string", minLength: 1 } }),
    defaults: closed({ a: { type: "string", default: "x" } }),
    "unknown formats": closed({ a: { type: "string", format: "uri" } }),
    "unique items": closed({ a: { type: "array", items: text, uniqueItems: true } }),
    "lists of anything": closed({ a: { type: "array" } }),
    anything: closed({ a: {} }),
    combinations: closed({ a: { allOf: [text] } }),
    "one of": closed({ a: { oneOf: [text] } }),
    tuples: closed({ a: { type: "array", prefixItems: [text], items: false } }),
    "an open object deep inside": closed({ a: { type: "array", items: { type: "object", properties: {} } } }),
    "an open object in a definition": { ...closed({}), $defs: { a: { type: "object" } } },
    "a reference elsewhere": closed({ a: { $ref: "https://example.com/a.json" } }),
    "a schema that is true": closed({ a: true }),
    "eleven levels": nested(11),
    "too many values": closed({ a: { enum: words(1001, 5) } }),
    "too long a list of texts": closed({ a: { enum: words(251, 100) } }),
    "too much text": closed({ ["w".repeat(120_001)]: text }),
  };
  test.each(Object.entries(bad))("%s", (_, schema) => expect(fitsStrict(schema)).toBe(false));
});

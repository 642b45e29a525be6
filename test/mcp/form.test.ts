import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Form, parseForm, readFilled } from "../../src/mcp/form.js";

const form = (properties: object, required?: string[]): Form =>
  ({ type: "object", properties, ...(required === undefined ? {} : { required }) }) as Form;

describe("a foreign schema as a form", () => {
  test("keeps what MCP knows and leaves out the rest", () => {
    const schema = {
      type: "object",
      $schema: "x",
      properties: { name: { type: "string", default: "John", pattern: "^(a+)+$" }, ok: { type: "boolean" } },
      required: ["name"],
    };
    expect(parseForm(schema)).toEqual({
      type: "object",
      properties: { name: { type: "string", default: "John" }, ok: { type: "boolean" } },
      required: ["name"],
    });
  });

  test.each([
    ["nothing", undefined],
    ["no object", { type: "array" }],
    ["a nested object", form({ a: { type: "object", properties: {} } })],
    ["a list of numbers", form({ a: { type: "array", items: { type: "number" } } })],
    [
      "too many fields",
      form(Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`f${i}`, { type: "string" }]))),
    ],
    ["too much text", form({ a: { type: "string", description: "x".repeat(17_000) } })],
    ["a hidden character in a title", form({ a: { type: "string", title: "a\u202eb" } })],
    ["a hidden character in a name", form({ "a\u200b": { type: "string" } })],
    ["a hidden character in a choice", form({ a: { type: "string", enum: ["yes\u2060"] } })],
    ["a hidden character in a default", form({ a: { type: "string", default: "\u0007" } })],
  ])("refuses %s with a sentence", (_, schema) => {
    expect(parseForm(schema)).toEqual(expect.any(String));
  });

  test("any JSON is a form or a sentence", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void parseForm(value)));
  });
});

describe("what was filled in", () => {
  const text = { type: "string" };
  test.each([
    [text, "a", 1],
    [{ type: "string", minLength: 2, maxLength: 3 }, "ab", "a"],
    [{ type: "string", minLength: 2, maxLength: 3 }, "\u{1f600}\u{1f600}", "abcd"],
    [{ type: "string", format: "email" }, "a@b", "ab"],
    [{ type: "string", format: "uri" }, "https://a", "no"],
    [{ type: "string", format: "date" }, "2026-11-20", "20 November"],
    [{ type: "string", format: "date-time" }, "2026-11-20T10:00:00Z", "2026-11-20"],
    [{ type: "string", enum: ["a", "b"] }, "b", "c"],
    [{ type: "string", oneOf: [{ const: "v", title: "V" }] }, "v", "V"],
    [{ type: "boolean" }, false, "false"],
    [{ type: "integer" }, 3, 3.5],
    [{ type: "number", minimum: 1, maximum: 2 }, 1.5, 3],
    [{ type: "array", items: { type: "string", enum: ["a", "b"] } }, ["a"], ["c"]],
    [{ type: "array", minItems: 1, maxItems: 1, items: { anyOf: [{ const: "v", title: "V" }] } }, ["v"], []],
  ])("%j takes %j and not %j", (field, good, bad) => {
    expect(readFilled(form({ field }, ["field"]), { field: good })).toEqual({ field: good });
    expect(readFilled(form({ field }, ["field"]), { field: bad })).toBeUndefined();
  });

  test("what wasn't asked for is left out, and what must be there must be its own", () => {
    expect(readFilled(form({ a: text }), { a: "x", b: "y", constructor: "z" })).toEqual({ a: "x" });
    expect(readFilled(form({ a: text }, ["a"]), { b: "y" })).toBeUndefined();
    expect(readFilled(form({ toString: text }, ["toString"]), {})).toBeUndefined();
    for (const nothing of [undefined, null, [], "a"])
      expect(readFilled(form({ a: text }), nothing)).toBeUndefined();
  });
});

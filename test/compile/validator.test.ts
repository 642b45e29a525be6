import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CompileError } from "../../src/compile/problem.js";
import { compileSchema } from "../../src/compile/toolSchema.js";
import { loadValidator } from "../../src/compile/validator.js";
import type { JsonObject } from "../../src/protocol/canonical.js";

const input = (properties: object, more: object = {}) =>
  loadValidator(compileSchema({ type: "object", properties, ...more } as JsonObject, "input"));

describe("problems name places, never values", () => {
  test.each([
    [{}, "/query", "required"],
    [{ query: 1 }, "/query", "type"],
    [{ query: "x", "4111-1111": true }, "/*", "additionalProperties"],
    [{ query: "x", tags: ["a", 1] }, "/tags/1", "type"],
    [{ query: "x", open: { "jane@example.com": 1 } }, "/open/*", "type"],
    [{ query: "x", open: { "12": 1 } }, "/open/*", "type"],
    [{ query: "x", open: { query: 1 } }, "/open/query", "type"],
    [{ query: "x", "a/b~": 1 }, "/a~1b~0", "type"],
    [{ query: "x", names: { "jane@example.com": "" } }, "/names/*", "pattern"],
    [{ query: "x", parts: { extra: 1 } }, "/parts/*", "unevaluatedProperties"],
    [[], "", "type"],
    ["secret", "", "type"],
  ])("%j", async (value, path, keyword) => {
    const validate = await input(
      {
        query: { type: "string" },
        tags: { type: "array", items: { type: "string" } },
        open: { type: "object", additionalProperties: { type: "string" } },
        names: {
          type: "object",
          propertyNames: { pattern: "^[a-z]+$" },
          additionalProperties: { type: "string" },
        },
        parts: { type: "object", allOf: [{ properties: { a: { type: "string" } } }] },
        "a/b~": { type: "string" },
      },
      { required: ["query"] },
    );
    const result = validate(value);
    expect(result).toMatchObject({ ok: false });
    expect("problems" in result && result.problems[0]).toEqual({ path, keyword });
  });

  test("at most ten", async () => {
    const kinds = Array.from({ length: 40 }, (_, i) => ({ type: "string", maxLength: i }));
    const validate = await input({
      a: { anyOf: kinds.map((kind) => ({ type: "array", items: kind, minItems: 2 })), type: "array" },
    });
    const result = validate({ a: Array.from({ length: 100 }, () => 1) });
    expect("problems" in result && result.problems.length).toBeLessThanOrEqual(10);
  });
});

describe("objects are closed", () => {
  test("but not against their own parts", async () => {
    const validate = await input(
      { a: { type: "string" } },
      {
        anyOf: [{ required: ["a"] }, { properties: { b: { type: "string" } }, required: ["b"] }],
        dependentSchemas: { a: { properties: { c: {} } } },
      },
    );
    expect(validate({ a: "x", c: 1 }).ok).toBe(true);
    expect(validate({ b: "x" }).ok).toBe(true);
    expect(validate({ a: "x", d: 1 }).ok).toBe(false);
  });

  test("nor a part that names its type against the other parts", async () => {
    const part = (name: string) => ({ type: "object", properties: { [name]: { type: "string" } } });
    const validate = await input({ whole: { type: "object", allOf: [part("a"), part("b")] } });
    expect(validate({ whole: { a: "x", b: "y" } }).ok).toBe(true);
    expect(validate({ whole: { a: "x", c: "y" } }).ok).toBe(false);
  });

  test("nor in conditions, where closing would let more through", async () => {
    const admin = { type: "object", properties: { admin: { const: true } }, required: ["admin"] };
    const validate = await input({ user: { type: "object", not: admin, additionalProperties: true } });
    expect(validate({ user: { admin: true, extra: 1 } }).ok).toBe(false);
    expect(validate({ user: { admin: false, extra: 1 } }).ok).toBe(true);
  });

  test("alternatives each on their own; what the author opens stays open", async () => {
    const validate = await input({
      a: {
        anyOf: [
          { type: "object", properties: { x: {} } },
          { type: "object", properties: { y: {} } },
        ],
      },
      b: { type: "object", additionalProperties: true },
      c: { type: "object" },
    });
    expect(validate({ a: { x: 1 } }).ok).toBe(true);
    expect(validate({ a: { x: 1, y: 1 } }).ok).toBe(false);
    expect(validate({ b: { anything: 1 } }).ok).toBe(true);
    expect(validate({ c: { anything: 1 } }).ok).toBe(false);
  });

  test("inherited members don't count", async () => {
    const validate = await input(
      { toString: { type: "string" }, constructor: { type: "string" } },
      { required: ["toString"] },
    );
    expect(validate({}).ok).toBe(false);
    expect(validate({ toString: "x" }).ok).toBe(true);
    expect(validate(JSON.parse('{"toString":"x","__proto__":{"a":1}}')).ok).toBe(false);
  });
});

describe("hostile values and schemas", () => {
  test("each pattern of a schema is its own", async () => {
    const validate = await input({
      a: { type: "string", pattern: "^a+$" },
      b: { type: "string", pattern: "^b+$" },
    });
    expect(validate({ a: "aa", b: "bb" }).ok).toBe(true);
    expect(validate({ a: "aa", b: "aa" }).ok).toBe(false);
  });

  test("exploding regular expressions are harmless", async () => {
    const validate = await input({
      a: { type: "string", pattern: "^(a+)+$" },
      b: { type: "string", pattern: "^(a|a)*(a|aa){1,400}x$" },
    });
    expect(validate({ a: `${"a".repeat(50_000)}!` })).toEqual({
      ok: false,
      problems: [{ path: "/a", keyword: "pattern" }],
    });
    expect(validate({ a: "a", b: "a".repeat(1_000_000) })).toEqual({
      ok: false,
      problems: [{ path: "", keyword: "internal" }],
    });
    expect(validate({ a: "aaa" }).ok).toBe(true);
  });

  test("a definition that meets one value in many ways is cut off", async () => {
    const ref = { properties: { a: { $ref: "#/$defs/n" } } };
    const n = { type: "object", allOf: [ref, ref, ref], additionalProperties: true };
    const validate = await input({ a: { $ref: "#/$defs/n" } }, { $defs: { n } });
    let deep: object = {};
    for (let i = 0; i < 60; i++) deep = { a: deep };
    expect(validate({ a: deep })).toEqual({ ok: false, problems: [{ path: "", keyword: "internal" }] });
    expect(validate({ a: { a: { a: {} } } }).ok).toBe(true);
  });

  test("uniqueItems compares by value, however many items", async () => {
    const validate = await input({ a: { type: "array", uniqueItems: true } });
    const items = Array.from({ length: 10_000 }, (_, i) => ({ i, a: [i] }));
    expect(validate({ a: items }).ok).toBe(true);
    expect(validate({ a: [...items, { a: [7], i: 7 }] }).ok).toBe(false);
  });

  test("100,000 levels deep, in a cycle, or throwing when read: refused, not thrown", async () => {
    const validate = await input(
      { a: { $ref: "#/$defs/n" } },
      { $defs: { n: { type: "array", items: { $ref: "#/$defs/n" } } } },
    );
    let deep: unknown[] = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const trap = {
      get a(): never {
        throw new Error("secret");
      },
    };
    for (const value of [{ a: deep }, { a: cycle }, trap]) {
      expect(validate(value)).toEqual({ ok: false, problems: [{ path: "", keyword: "internal" }] });
    }
    expect(validate({ a: [[], [[]]] }).ok).toBe(true);
  });

  test("what checkToolSchema refuses isn't compiled", async () => {
    for (const schema of [
      { type: "object", $id: "https://x" },
      { type: "array" },
      { type: "object", properties: { a: { pattern: "(?=a)" } } },
    ]) {
      await expect(loadValidator(schema as JsonObject)).rejects.toThrow(CompileError);
    }
  });

  test("no value makes a validator throw", async () => {
    const validate = await input(
      {
        a: { type: "string", format: "date-time", pattern: "^.*$" },
        b: { type: "array", uniqueItems: true, items: { type: "number", multipleOf: 0.1 } },
        c: {
          oneOf: [
            { type: "string", format: "email" },
            { type: "object", additionalProperties: { type: "integer" } },
          ],
        },
      },
      { required: ["a"], patternProperties: { "^x": { type: "null" } } },
    );
    const any = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(
        fc.oneof(any, fc.record({ a: any, b: any, c: any }), fc.dictionary(fc.string(), any)),
        (value) => {
          const result = validate(value);
          expect(result.ok || result.problems.length > 0).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("formats", () => {
  test.each([
    ["date", "2026-02-29", "2026-02-28"],
    ["date-time", "2026-01-01", "2026-01-01T00:00:00Z"],
    ["email", "a@", "a@example.com"],
    ["hostname", "-a", "a.example"],
    ["ipv4", "256.1.1.1", "10.0.0.1"],
    ["ipv6", "::g", "::1"],
    ["uri", "not one", "https://example.com/a?b#c"],
    ["uuid", "x", "123e4567-e89b-12d3-a456-426614174000"],
    ["duration", "1D", "P1D"],
    ["json-pointer", "a", "/a"],
  ])("%s", async (format, bad, good) => {
    const validate = await input({ a: { type: "string", format } });
    expect([validate({ a: bad }).ok, validate({ a: good }).ok]).toEqual([false, true]);
  });
});

test("one schema is compiled once, however it is spelled", async () => {
  const a = await loadValidator({ type: "object", title: "T" });
  expect(await loadValidator({ title: "T", type: "object" })).toBe(a);
  expect(await loadValidator({ title: "U", type: "object" })).not.toBe(a);
});

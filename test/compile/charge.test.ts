import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHARGE, chargeSchema, usesUnevaluated, widestUnion } from "../../src/compile/charge.js";
import { loadForeignValidator } from "../../src/compile/foreignValidator.js";
import { CHECK_STEPS, takeSteps, withSteps } from "../../src/compile/steps.js";
import { compileSchema } from "../../src/compile/toolSchema.js";
import { loadValidator } from "../../src/compile/validator.js";
import type { JsonObject } from "../../src/protocol/canonical.js";

const load = (schema: object) => loadForeignValidator(schema as JsonObject);
const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
const named = <T>(count: number, make: (i: number) => T) =>
  Object.fromEntries(many(count, (i) => [`f${i}`, make(i)]));
const UNCHECKED = { ok: false, problems: [{ path: "", keyword: "internal" }] };

/** The same value wrapped in itself so many times. */
function nest(depth: number, leaf: unknown, wrap: (inner: unknown, level: number) => unknown): unknown {
  let value = leaf;
  for (let level = 0; level < depth; level++) value = wrap(value, level);
  return value;
}

const OPERATORS = ["add", "mul", "and", "or"] as const;
const operation = (op: string) => ({
  type: "object",
  properties: { op: { const: op }, left: { $ref: "#/$defs/node" }, right: { $ref: "#/$defs/node" } },
  required: ["op"],
  additionalProperties: false,
});
const number = {
  type: "object",
  properties: { value: { type: "number" } },
  required: ["value"],
  additionalProperties: false,
};
const tree = {
  type: "object",
  properties: { expr: { $ref: "#/$defs/node" } },
  $defs: { node: { anyOf: [...OPERATORS.map(operation), number] } },
};
/** Alternatives that nothing tells apart but what is at the bottom. */
const alike = (more: object = {}) => ({
  $ref: "#/$defs/n",
  $defs: {
    n: { anyOf: many(2, () => ({ type: "object", properties: { left: { $ref: "#/$defs/n" } } })), ...more },
  },
});

describe("recursive unions", () => {
  test.each([14, 20, 60])("a wrong leaf %i levels down is refused, with places", async (depth) => {
    const value = { expr: nest(depth, { op: "zzz" }, (left) => ({ op: "mul", left })) };
    for (const validate of [
      await load(tree),
      await loadValidator(compileSchema(tree as unknown as JsonObject, "input")),
    ]) {
      const result = validate(value);
      expect("problems" in result && result.problems[0]).toEqual({ path: "/expr/op", keyword: "const" });
      expect("problems" in result && result.problems.length).toBe(10);
    }
  });

  test("deep and bushy ones that fit do so", async () => {
    const validate = await load(tree);
    const spine = nest(60, { value: 1 }, (left, i) => ({ op: OPERATORS[i % 4], left, right: { value: i } }));
    const bush = nest(11, { value: 1 }, (half, i) => ({ op: OPERATORS[i % 4], left: half, right: half }));
    expect([validate({ expr: spine }).ok, validate({ expr: bush }).ok]).toEqual([true, true]);
  });

  test("alternatives that are all alike: refused when nothing fits, and the first that fits is enough", async () => {
    const validate = await load(alike());
    const wrap = (left: unknown) => ({ left });
    expect(validate(nest(60, 1, wrap))).toEqual(UNCHECKED);
    expect(validate(nest(60, {}, wrap))).toEqual({ ok: true });
    expect(validate(nest(5, 1, wrap))).toMatchObject({
      problems: [{ path: "/left/left/left/left/left", keyword: "type" }, {}, {}, {}, {}],
    });
  });

  test("where every alternative has to be tried, they are cut off too", async () => {
    const validate = await load(alike({ unevaluatedProperties: false }));
    expect(validate(nest(60, {}, (left) => ({ left })))).toEqual(UNCHECKED);
    expect(validate(nest(4, {}, (left) => ({ left })))).toEqual({ ok: true });
  });

  test("a refused value leaves the next one its whole budget", async () => {
    const validate = await load(alike());
    const bad = nest(60, 1, (left) => ({ left }));
    for (let i = 0; i < 3; i++) {
      expect(validate(bad).ok).toBe(false);
      expect(validate({ left: {} }).ok).toBe(true);
    }
  });
});

/** A schema and a value that together would take seconds or more; each uses another way to do much for little. */
const COSTLY: readonly (readonly [string, object, unknown])[] = [
  [
    "many alternatives for many items",
    { items: { anyOf: many(900, (i) => ({ properties: { k: { const: i } }, required: ["k"] })) } },
    many(5_000, () => ({ k: 899 })),
  ],
  [
    "alternatives that are just false",
    { items: { anyOf: [...many(3_000, () => false), {}] } },
    many(9_999, () => 1),
  ],
  [
    "a search of all items, again and again",
    { anyOf: many(900, () => ({ contains: false })) },
    many(9_999, () => 1),
  ],
  [
    "members that are all counted",
    { anyOf: many(900, () => ({ maxProperties: 1, additionalProperties: { type: "null" } })) },
    named(9_998, () => 1),
  ],
  [
    "names of members",
    { allOf: many(500, () => ({ propertyNames: { maxLength: 9 } })) },
    named(9_998, () => 1),
  ],
  ["lengths", { anyOf: many(200, () => ({ maxLength: 3 })) }, "é".repeat(500_000)],
  ["formats", { anyOf: many(200, () => ({ format: "uri" })) }, `http://${"a".repeat(1_000_000)} `],
  ["long enums", { items: { enum: many(5_000, (i) => `a${i}`) } }, many(9_999, () => "a4999")],
  [
    "enums of objects",
    { anyOf: many(100, () => ({ enum: many(60, (i) => ({ a: i })) })) },
    named(9_998, () => 1),
  ],
  ["items compared", { allOf: many(500, () => ({ uniqueItems: true })) }, many(9_999, (i) => i)],
  [
    "members carried from part to part",
    {
      unevaluatedProperties: false,
      allOf: many(500, () => ({ anyOf: [{ patternProperties: { f: true } }, {}] })),
    },
    named(9_998, () => 1),
  ],
];

test.each(COSTLY)("%s end at the budget", async (_, schema, value) => {
  expect((await load(schema))(value)).toEqual(UNCHECKED);
});

describe("what is large and honest fits", () => {
  const variant = (i: number) => ({
    type: "object",
    properties: { ...named(10, () => ({ type: "string", maxLength: 200 })), kind: { const: `k${i}` } },
    required: ["kind", "f0"],
    additionalProperties: false,
  });
  const entry = (i: number) => ({ kind: `k${i % 30}`, ...named(5, () => "text") });
  const record = {
    type: "object",
    properties: {
      id: { type: "integer", minimum: 0 },
      when: { type: "string", format: "date-time" },
      kind: { enum: ["a", "b", "c"] },
      ...named(6, () => ({ type: "string", maxLength: 500 })),
    },
    required: ["id"],
    additionalProperties: false,
  };
  test.each<readonly [string, object, unknown]>([
    ["1,000 members", { properties: named(1_000, () => ({ type: "string" })) }, named(1_000, () => "x")],
    [
      "a table of 10,000 cells",
      { type: "array", items: record },
      many(1_000, (id) => ({ id, when: "2026-11-20T00:00:00Z", kind: "b", ...named(6, () => "some text") })),
    ],
    ["10,000 numbers", { items: { type: "integer", minimum: 0 } }, many(9_999, (i) => i)],
    ["10,000 dates", { items: { format: "date-time" } }, many(9_999, () => "2026-11-20T00:00:00Z")],
    [
      "10,000 texts with a pattern",
      { items: { pattern: "^[a-z]{1,10}-\\d+$" } },
      many(9_999, (i) => `abc-${i}`),
    ],
    [
      "10,000 of 250 values",
      { items: { enum: many(250, (i) => `c${i}`) } },
      many(9_999, (i) => `c${i % 250}`),
    ],
    ["a map of 10,000", { additionalProperties: { type: "number" } }, named(9_998, (i) => i)],
    [
      "1 MiB of text",
      { properties: { t: { minLength: 1, maxLength: 2_000_000 } } },
      { t: "é".repeat(520_000) },
    ],
    [
      "1 MiB of Base64",
      { properties: { t: { pattern: "^[A-Za-z0-9+/]*={0,2}$" } } },
      { t: "Ab0+".repeat(262_000) },
    ],
    ["3,000 different objects", { uniqueItems: true }, many(3_000, (i) => ({ i, name: `n${i}` }))],
    ["a union of 30 kinds", { items: { anyOf: many(30, variant) } }, many(1_400, entry)],
    ["exactly one of 30 kinds", { items: { oneOf: many(30, variant) } }, many(1_400, entry)],
    [
      "a union of 80 definitions",
      {
        items: { anyOf: many(80, (i) => ({ $ref: `#/$defs/v${i}` })) },
        $defs: Object.fromEntries(many(80, (i) => [`v${i}`, variant(i)])),
      },
      many(900, entry),
    ],
  ])("%s", async (_, schema, value) => {
    expect((await load(schema))(value)).toEqual({ ok: true });
  });

  test("and a problem in the last of many is still found", async () => {
    const validate = await load({ items: { anyOf: many(30, variant) } });
    const result = validate([...many(1_400, entry), { ...entry(0), kind: "other" }]);
    expect("problems" in result && result.problems[0]).toEqual({ path: "/1400/kind", keyword: "const" });
  });
});

test("a schema that is too wide for the engine is refused when it is loaded, not at every call", async () => {
  const chain = Object.fromEntries(many(900, (i) => [`r${i}`, { anyOf: [{ $ref: `#/$defs/r${i + 1}` }] }]));
  await expect(load({ $ref: "#/$defs/r0", $defs: { ...chain, r900: {} } })).rejects.toThrow(
    "one after another",
  );
});

/** Recursive schemas, and values that meet them: what is cut off nowhere is answered as plain Ajv answers it. */
const leaf = fc.constantFrom<object>(
  { type: "string" },
  { type: "integer", minimum: 2 },
  { const: "a" },
  { enum: [1, null] },
);
const schemas = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.constant({ $ref: "#/$defs/n" }).map((ref) => ({ properties: { a: ref, b: leafOf(0) } })),
    fc.constant({ items: { $ref: "#/$defs/n" } }),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((oneOf) => ({ oneOf })),
    fc.tuple(tie("schema"), tie("schema")).map((allOf) => ({ allOf })),
    tie("schema").map((not) => ({ not })),
    fc.record({
      properties: fc.record({ a: tie("schema"), b: tie("schema") }),
      unevaluatedProperties: fc.boolean(),
    }),
    tie("schema").map((contains) => ({ contains, maxContains: 9 })), // without, plain Ajv is wrong (below)
  ),
})).schema;
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom("a", "b", 1, 2, null),
    fc.record({ a: tie("value"), b: tie("value") }, { requiredKeys: [] }),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
})).value;
function leafOf(i: number): object {
  return [{ type: "string" }, { type: "integer" }][i] ?? {};
}

test("agrees with plain Ajv on recursive schemas", async () => {
  let fits = 0;
  await fc.assert(
    fc.asyncProperty(
      schemas,
      schemas,
      fc.array(values, { minLength: 5, maxLength: 5 }),
      async (root, n, given) => {
        const schema = { ...root, $defs: { n: { ...n } } };
        const ours = await load(schema).catch(() => undefined);
        if (ours === undefined) return; // a reference in a circle
        const theirs = new Ajv2020({ strict: false, logger: false, ownProperties: true }).compile(schema);
        for (const value of given) {
          const expected = theirs(value);
          if (expected) fits++;
          expect([schema, value, ours(value).ok]).toEqual([schema, value, expected]);
        }
      },
    ),
    { numRuns: 150 },
  );
  expect(fits).toBeGreaterThan(20);
});

test("an empty list contains nothing, whatever the list before it held", async () => {
  const validate = await load({ items: { contains: { type: "string" } } });
  expect(validate([["a"], ["b", 1]])).toEqual({ ok: true });
  expect(validate([["a"], []])).toEqual({ ok: false, problems: [{ path: "/1", keyword: "contains" }] });
});

describe("charges", () => {
  test("stand on each schema that says something, and on no other", () => {
    const charged = chargeSchema({
      title: "T",
      properties: { a: { type: "string" }, b: {}, c: { title: "C" } },
    });
    expect(charged[CHARGE]).toMatchObject({ member: 0, character: 0 });
    expect(charged["properties"]).toEqual({
      a: { type: "string", [CHARGE]: { visit: 5, member: 0, character: 0 } },
      b: {},
      c: { title: "C" },
    });
  });

  test("members that hold references come after the others", () => {
    const { properties } = chargeSchema({
      properties: {
        a: { items: { $ref: "#/$defs/n" } },
        b: { type: "null" },
        c: { $ref: "#/$defs/n" },
        d: {},
      },
      $defs: { n: { type: "object" } },
    });
    expect(Object.keys(properties as object)).toEqual(["b", "d", "a", "c"]);
  });

  test("what is unevaluated, and how wide a union is, are seen anywhere", () => {
    const union = { properties: { a: { anyOf: [{}, {}, { items: { unevaluatedItems: false } }] } } };
    expect([usesUnevaluated(union), usesUnevaluated({ properties: {} })]).toEqual([true, false]);
    expect([widestUnion(union), widestUnion({})]).toEqual([3, 0]);
  });

  test("a validation starts with a full budget and ends without one", () => {
    const all = () => withSteps(CHECK_STEPS, () => takeSteps(CHECK_STEPS));
    all();
    expect(all).not.toThrow();
    expect(() => withSteps(CHECK_STEPS, () => takeSteps(CHECK_STEPS + 1))).toThrow("too long");
  });
});

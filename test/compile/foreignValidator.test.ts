import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadForeignValidator } from "../../src/compile/foreignValidator.js";
import { CompileError } from "../../src/compile/problem.js";
import type { Json, JsonObject } from "../../src/protocol/canonical.js";

const DRAFT_07 = "http://json-schema.org/draft-07/schema#";
const load = (schema: object) => loadForeignValidator(schema as JsonObject);
const old = (schema: object) => load({ $schema: DRAFT_07, ...schema });

async function expectFits(validator: ReturnType<typeof load>, fits: unknown[], doesnt: unknown[]) {
  const validate = await validator;
  for (const value of fits) expect([value, validate(value).ok]).toEqual([value, true]);
  for (const value of doesnt) expect([value, validate(value).ok]).toEqual([value, false]);
}

describe("what others write is understood", () => {
  test("without type at the root, and with keywords and formats that nobody knows", () =>
    expectFits(
      load({
        $comment: "hello",
        $id: "https://example.com/schema.json",
        "x-order": 1,
        nullable: true,
        properties: { a: { format: "int32", type: "integer", example: 4, discriminator: { x: 1 } } },
        default: {},
      }),
      [{ a: 1 }, {}, 5],
      [{ a: "1" }, { a: null }],
    ));

  test("objects stay open, and nothing is filled in or turned into another type", async () => {
    const validate = await load({ type: "object", properties: { a: { type: "number", default: 3 } } });
    const value = { b: "more" };
    expect(validate(value).ok).toBe(true);
    expect(value).toEqual({ b: "more" });
    expect(validate({ a: "3" }).ok).toBe(false);
  });

  test("bare true and false", () =>
    expectFits(
      load({ properties: { a: true, b: false, c: { not: true } }, items: false }),
      [{ a: 1 }, {}, []],
      [{ b: 1 }, { c: 1 }, [1]],
    ));

  test("references of every local kind, in circles too", () =>
    expectFits(
      load({
        properties: {
          tree: { $ref: "#" },
          a: { $ref: "#/definitions/a%20b~1c" },
          b: { $ref: "#/properties/a" },
          c: { $ref: "#/$defs/list/0" },
          d: { $ref: "#/$defs/yes" },
        },
        required: ["n"],
        definitions: { "a b/c": { type: "string" } },
        $defs: { list: [{ type: "null" }], yes: true },
      }),
      [{ n: 1 }, { n: 1, tree: { n: 2, tree: { n: 3 } } }, { n: 1, a: "x", b: "y", c: null, d: [] }],
      [{}, { n: 1, tree: {} }, { n: 1, a: 1 }, { n: 1, b: 1 }, { n: 1, c: 1 }],
    ));

  test("references inside a schema with an address of its own start there", () =>
    expectFits(
      load({
        $id: "https://example.com/root",
        $defs: { t: { type: "string" } },
        properties: {
          inner: { $id: "inner", $defs: { t: { type: "number" } }, properties: { x: { $ref: "#/$defs/t" } } },
          outer: { $ref: "#/$defs/t" },
          through: { $ref: "#/properties/inner/properties/x" },
        },
      }),
      [{ inner: { x: 1 }, outer: "x", through: 1 }],
      [{ inner: { x: "x" } }, { outer: 1 }, { through: "x" }],
    ));

  test("draft-07 where it is named: tuples, dependencies, what stands beside a reference", async () => {
    const written = {
      properties: {
        tuple: { items: [{ type: "string" }, { type: "number" }], additionalItems: false },
        ref: { $ref: "#/definitions/s", maxLength: 1 },
      },
      dependencies: { a: ["b"], c: { required: ["d"] } },
      definitions: { s: { type: "string" } },
      dependentRequired: { x: ["y"] },
      unevaluatedProperties: false,
    };
    const fits = [{ tuple: ["a", 1] }, { ref: "long" }, { a: 1, b: 1 }, { c: 1, d: 1 }, { x: 1 }];
    const doesnt = [{ tuple: [1] }, { tuple: ["a", 1, 2] }, { ref: 1 }, { a: 1 }, { c: 1 }];
    await expectFits(old(written), fits, doesnt);
    await expectFits(old({ ...written, $schema: "https://json-schema.org/draft-07/schema" }), fits, doesnt);
    const { unevaluatedProperties: _, ...open } = written;
    await expectFits(load(open), [{ ref: "x" }, { a: 1 }, { tuple: ["a", 1] }], [{ ref: "long" }, { x: 1 }]);
  });

  test("counts of none", () =>
    expectFits(
      load({ contains: { type: "null" }, minContains: 0, maxContains: 1 }),
      [[], [null]],
      [[null, null]],
    ));

  test("formats that are checked here are checked", () =>
    expectFits(
      old({ properties: { a: { format: "date" } } }),
      [{ a: "2026-11-20" }, { a: 1 }],
      [{ a: "x" }],
    ));

  test("problems name places that the schema names, never a value or another's name", async () => {
    const validate = await load({
      properties: { a: { type: "string" } },
      additionalProperties: { type: "null" },
    });
    expect(validate({ a: 1 })).toEqual({ ok: false, problems: [{ path: "/a", keyword: "type" }] });
    expect(validate({ secret: "s3cret" })).toEqual({
      ok: false,
      problems: [{ path: "/*", keyword: "type" }],
    });
  });

  test("one schema is compiled once, however it is spelled; and not as one of ours", async () => {
    const a = await load({ type: "object", title: "T" });
    expect(await load({ title: "T", type: "object" })).toBe(a);
  });
});

describe("what can't be understood isn't compiled", () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [
      `d${i}`,
      { properties: { a: { $ref: `#/$defs/d${i + 1}` }, b: { $ref: `#/$defs/d${i + 1}` } } },
    ]),
  );
  let deep: object = {};
  for (let i = 0; i < 100; i++) deep = { not: deep };
  test.each<[string, object, string]>([
    ["another dialect", { $schema: "http://json-schema.org/draft-04/schema#" }, "dialect"],
    ["no dialect at all", { $schema: 7 }, "dialect"],
    ["a remote reference", { $ref: "https://example.com/x.json" }, "points outside"],
    ["a file", { $ref: "other.json#/a" }, "points outside"],
    ["an anchor", { $anchor: "a", $ref: "#a" }, "points outside"],
    ["a dynamic reference", { $dynamicRef: "#/$defs/a", $defs: { a: {} } }, "changes with the way"],
    ["a reference to nothing", { $ref: "#/$defs/a" }, "points to nothing"],
    ["a reference to what isn't a schema", { title: "x", $ref: "#/title" }, "points to nothing"],
    [
      "a reference to what objects inherit",
      { properties: { a: { $ref: "#/constructor" } } },
      "points to nothing",
    ],
    ["half a percent", { $ref: "#/%" }, "points outside"],
    ["a reference in a circle", { $ref: "#" }, "never end"],
    [
      "two in a circle",
      { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } },
      "never end",
    ],
    ["doubling definitions", { $ref: "#/$defs/d0", $defs: { ...doubling, d30: {} } }, "too large"],
    ["too many schemas", { anyOf: Array.from({ length: 3_000 }, () => ({})) }, "too large"],
    ["depth", deep, "nested"],
    ["a look-ahead", { pattern: "(?=a)" }, "look-around"],
    ["an exploding repetition", { patternProperties: { "(?:a{1000}){1000}": {} } }, "linear time"],
    ["a type that isn't one", { type: "any" }, "JSON type"],
    ["a length that isn't one", { maxLength: "1" }, "whole number"],
    ["draft-04's bounds", { exclusiveMinimum: true }, "number"],
    ["code in a number's place", { minimum: "0);process.exit(1" }, "number"],
    ["code in a name's place", { required: [{ toString: "x" }] }, "names"],
    ["an empty enum", { enum: [] }, "different values"],
    ["alternatives of nothing", { anyOf: [] }, "list of schemas"],
    ["properties that aren't", { properties: [] }, "object of schemas"],
    ["a schema that is a text", { items: "string" }, "must be a schema"],
    ["a name that programs misread", JSON.parse('{"properties":{"__proto__":{}}}'), "__proto__"],
  ])("%s", async (_, schema, words) => {
    const failed = load(schema);
    await expect(failed).rejects.toThrow(CompileError);
    await expect(failed).rejects.toThrow(words);
  });

  test("a program's object, a cycle, half a character", async () => {
    const cycle: { not?: object } = {};
    cycle.not = cycle;
    for (const schema of [cycle, { const: "\ud800" }, { default: new Date() }, null, "x", []]) {
      await expect(load(schema as object)).rejects.toThrow(CompileError);
    }
  });
});

describe("hostile schemas and values", () => {
  test("names are only names", async () => {
    const name = `a"]){process.exit(1)}//\u2028\${x}\`'`;
    const validate = await load({
      properties: { [name]: { const: name } },
      required: [name, "toString"],
      patternProperties: { "^x'\"`": { enum: [name] } },
      dependentRequired: { [name]: [name] },
    });
    expect(validate({ [name]: name, toString: 1 }).ok).toBe(true);
    expect(validate({ [name]: name }).ok).toBe(false);
  });

  test("a definition that meets one value in many ways is cut off; patterns are linear", async () => {
    const ref = { properties: { a: { $ref: "#/definitions/n" } } };
    const validate = await load({
      properties: { a: { $ref: "#/definitions/n" }, p: { pattern: "^(a+)+$" } },
      definitions: { n: { allOf: [ref, ref, ref] } },
    });
    let value: object = {};
    for (let i = 0; i < 60; i++) value = { a: value };
    expect(validate(value)).toEqual({ ok: false, problems: [{ path: "", keyword: "internal" }] });
    expect(validate({ p: `${"a".repeat(50_000)}!` }).ok).toBe(false);
  });
});

/** Schemas as others write them, of both dialects, with references, and values that often fit. */
const names = ["a", "b", "c"] as const;
const schema: fc.Arbitrary<Json> = fc.letrec<{ schema: Json; object: JsonObject; map: JsonObject }>(
  (tie) => ({
    map: fc.dictionary(fc.constantFrom(...names), tie("schema"), { maxKeys: 2 }) as fc.Arbitrary<JsonObject>,
    object: fc.record(
      {
        type: fc.constantFrom<Json>("object", "string", "array", "integer", "null", ["string", "number"]),
        properties: tie("map"),
        additionalProperties: tie("schema"),
        required: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }),
        items: fc.oneof(tie("schema"), fc.array(tie("schema"), { minLength: 1, maxLength: 2 })),
        additionalItems: tie("schema"),
        prefixItems: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }),
        unevaluatedItems: fc.boolean(),
        contains: tie("schema"),
        minContains: fc.nat(2),
        anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }),
        allOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }),
        oneOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }),
        not: tie("schema"),
        if: tie("schema"),
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: tie("schema"),
        else: tie("schema"),
        unevaluatedProperties: fc.boolean(),
        dependentRequired: fc.dictionary(fc.constantFrom(...names), fc.constantFrom(["a"], ["b"], [])),
        dependentSchemas: tie("map"),
        dependencies: fc.dictionary(
          fc.constantFrom(...names),
          fc.oneof(tie("schema"), fc.constantFrom<Json>(["a"], ["c"])),
        ),
        patternProperties: fc.dictionary(fc.constantFrom("^a", "b|c", "."), tie("schema"), { maxKeys: 1 }),
        propertyNames: tie("schema"),
        pattern: fc.constantFrom("^a", "b$", "^.*$"),
        minLength: fc.nat(2),
        maximum: fc.integer({ min: -1, max: 3 }),
        multipleOf: fc.constantFrom(1, 2, 0.5),
        uniqueItems: fc.boolean(),
        maxItems: fc.nat(2),
        minProperties: fc.nat(2),
        enum: fc.constantFrom<Json>(["a", 1], [null, {}], [[], { a: 1 }]),
        const: fc.constantFrom<Json>("a", 1, null, { a: 1 }),
        $ref: fc.constantFrom("#/definitions/d", "#/$defs/e"),
        title: fc.constant("T"),
        default: fc.constant(3),
        "x-own": fc.constant({ type: "string" }),
      },
      { requiredKeys: [] },
    ) as unknown as fc.Arbitrary<JsonObject>,
    schema: fc.oneof({ maxDepth: 3, depthSize: "small" }, fc.boolean(), tie("object")),
  }),
).schema;

/**
 * A schema with few of its keywords, so that some values fit, and without what the library reads otherwise than the
 * specification, or refuses: what stands beside a reference in draft-07, `dependencies` and tuples of `items` in 2020-12.
 */
function thinned(value: Json, keep: readonly number[], dialect: string, at = { n: 0 }): Json {
  if (typeof value !== "object" || value === null) return value;
  const thin = (child: Json) => thinned(child, keep, dialect, at);
  if (Array.isArray(value)) return value.map(thin);
  const kept = Object.entries(value).filter(() => (keep[at.n++ % keep.length] ?? 0) < 3);
  const entries = kept.filter(
    ([name, member]: [string, Json]) =>
      dialect === "draft-07" || (name !== "dependencies" && !(name === "items" && Array.isArray(member))),
  );
  const ref = entries.find(([name]) => name === "$ref");
  if (ref !== undefined && dialect === "draft-07") return Object.fromEntries([ref]);
  return Object.fromEntries(entries.map(([name, member]: [string, Json]) => [name, thin(member)]));
}

const value = fc.oneof(
  fc.dictionary(
    fc.constantFrom(...names, "d"),
    fc.constantFrom<Json>("a", "ab", 1, 2.5, null, {}, [], { a: 1 }),
  ),
  fc.array(fc.constantFrom<Json>("a", 1, null, {}), { maxLength: 4 }),
  fc.constantFrom<Json>("a", "b", "abc", 1, 1.5, 3, null, true),
);

describe("what it answers is what the library answers for the schema as it was written", () => {
  /** Ajv itself, in each dialect, with nothing translated. */
  const reference = (dialect: "draft-07" | "2020-12", written: JsonObject) => {
    const options = { strict: false, logger: false, validateFormats: false, ownProperties: true } as const;
    const ajv =
      dialect === "2020-12"
        ? new Ajv2020({ ...options, unevaluated: true })
        : new Ajv({ ...options, ignoreKeywordsWithRef: true });
    return ajv.compile(written);
  };

  test.each(["draft-07", "2020-12"] as const)("%s", { timeout: 300_000 }, async (dialect) => {
    const $schema = dialect === "draft-07" ? DRAFT_07 : "https://json-schema.org/draft/2020-12/schema";
    let fits = 0;
    let compared = 0;
    const seven = fc.array(fc.nat(6), { minLength: 7, maxLength: 13 });
    await fc.assert(
      fc.asyncProperty(
        schema,
        schema,
        schema,
        seven,
        fc.array(value, { minLength: 6, maxLength: 6 }),
        async (root, d, e, keep, values) => {
          fc.pre(typeof root === "object");
          const own = thinned(root, keep, dialect) as JsonObject;
          const written = {
            ...own,
            $schema,
            definitions: { d: thinned(d, keep, dialect) },
            $defs: { e: thinned(e, keep, dialect) },
          };
          let theirs: ReturnType<typeof reference>;
          try {
            theirs = reference(dialect, written);
          } catch {
            return; // what the library can't compile proves nothing
          }
          const ours = await loadForeignValidator(written).catch((error: unknown) => error as CompileError);
          if (ours instanceof Error) {
            expect(String(ours)).toMatch(/never end|must be a list|different values/);
            return;
          }
          for (const each of values) {
            let expected: boolean;
            try {
              expected = theirs(each);
            } catch {
              continue; // an endless reference
            }
            compared++;
            if (expected) fits++;
            expect([written, each, ours(each).ok]).toEqual([written, each, expected]);
          }
        },
      ),
      { numRuns: Number(process.env["LONG_N"] ?? 80), interruptAfterTimeLimit: 100_000 },
    );
    expect(compared).toBeGreaterThan(50);
    expect(fits).toBeGreaterThan(10);
  });
});

test("no schema and no value makes it throw anything but CompileError", async () => {
  const loose = fc.oneof(
    schema,
    fc.jsonValue() as fc.Arbitrary<Json>,
    fc.dictionary(
      fc.constantFrom(
        "type",
        "properties",
        "items",
        "$ref",
        "enum",
        "pattern",
        "required",
        "dependencies",
        "format",
        "$id",
      ),
      fc.jsonValue() as fc.Arbitrary<Json>,
    ) as fc.Arbitrary<Json>,
  );
  await fc.assert(
    fc.asyncProperty(loose, fc.anything({ withBigInt: true, withDate: true }), async (written, given) => {
      const validate = await load(written as object).catch((error: unknown) => error);
      if (validate instanceof Error) expect(validate).toBeInstanceOf(CompileError);
      else expect(typeof (validate as (value: unknown) => { ok: boolean })(given).ok).toBe("boolean");
    }),
    { numRuns: 100 },
  );
});

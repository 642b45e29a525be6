import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkToolSchema, compileSchema } from "../../src/compile/toolSchema.js";
import { loadValidator } from "../../src/compile/validator.js";
import type { JsonObject } from "../../src/protocol/canonical.js";

/** Spelled apart: an object with a member `then` looks like a promise. */
const THEN = "then";
const object = (properties: unknown, more: object = {}) => ({ type: "object", properties, ...more });
const inPlaces = (schema: unknown, role: "input" | "output" = "input") =>
  checkToolSchema(schema, role).map((problem) => problem.path.join("."));

describe("what an input schema may say", () => {
  test.each([
    [object({ a: { type: "string", pattern: "^[a-z]+$", format: "email", maxLength: 3 } })],
    [
      object(
        { a: { type: ["string", "null"], enum: ["x", null] }, b: { type: "integer", minimum: 0 } },
        { required: ["a"] },
      ),
    ],
    [object({ a: { anyOf: [{ type: "string" }, object({ b: { type: "number" } })] } })],
    [object({ a: { type: "array", prefixItems: [{ type: "string" }], items: false } })],
    [
      object(
        { n: { $ref: "#/$defs/node" } },
        { $defs: { node: object({ next: { $ref: "#/$defs/node" } }) } },
      ),
    ],
    [{ $schema: "https://json-schema.org/draft/2020-12/schema", type: "object" }],
    [object({}, { if: { required: ["a"] }, [THEN]: { required: ["b"] } })],
    [object({ constructor: { type: "string" }, toString: { type: "string" } })],
  ])("%j", async (schema) => {
    expect(checkToolSchema(schema, "input")).toEqual([]);
    await loadValidator(compileSchema(schema as JsonObject, "input"));
  });

  test.each([
    ["no object at the root", { type: "array" }, "type"],
    ["no type at the root", { properties: {} }, "type"],
    ["another dialect", { type: "object", $schema: "http://json-schema.org/draft-07/schema#" }, "$schema"],
    ["an address", { type: "object", $id: "https://x" }, "$id"],
    ["a remote reference", object({ a: { $ref: "https://x/y" } }), "properties.a.$ref"],
    ["a file reference", object({ a: { $ref: "file:///etc/passwd" } }), "properties.a.$ref"],
    ["a reference to the root", object({ a: { $ref: "#" } }), "properties.a.$ref"],
    ["a reference to nothing", object({ a: { $ref: "#/$defs/b" } }), "properties.a.$ref"],
    [
      "an inherited name as reference",
      object({ a: { $ref: "#/$defs/toString" } }, { $defs: {} }),
      "properties.a.$ref",
    ],
    [
      "an inherited object as reference",
      object({ a: { $ref: "#/$defs/__proto__" } }, { $defs: {} }),
      "properties.a.$ref",
    ],
    ["a reference into properties", object({ a: { $ref: "#/properties/b" }, b: {} }), "properties.a.$ref"],
    ["a dynamic reference", object({ a: { $dynamicRef: "#x" } }), "properties.a.$dynamicRef"],
    ["an anchor", object({ a: { $anchor: "x" } }), "properties.a.$anchor"],
    ["an unknown keyword", object({ a: { type: "string", maxLenght: 1 } }), "properties.a.maxLenght"],
    ["an unknown format", object({ a: { type: "string", format: "regex" } }), "properties.a.format"],
    ["a bare boolean", object({ a: true }), "properties.a"],
    ["a keyword without its type", object({ a: { minLength: 1 } }), "properties.a.minLength"],
    [
      "types that disagree",
      object({ a: { type: "string", allOf: [{ type: "number" }] } }),
      "properties.a.allOf.0.type",
    ],
    ["look-ahead", object({ a: { type: "string", pattern: "(?=a)" } }), "properties.a.pattern"],
    ["a backreference", object({ a: { type: "string", pattern: "(a)\\1" } }), "properties.a.pattern"],
    ["a broken pattern", object({ a: { type: "string", pattern: "(" } }), "properties.a.pattern"],
    [
      "a broken pattern as a name",
      object({}, { patternProperties: { "(?!a)": {} } }),
      "patternProperties.(?!a)",
    ],
    ["an inner definition", object({ a: { $defs: {} } }), "properties.a.$defs"],
    ["then without if", object({}, { [THEN]: {} }), "then"],
    ["if alone", object({}, { if: {} }), "if"],
    ["an empty enum", object({ a: { enum: [] } }), "properties.a.enum"],
    ["a hidden character in an enum", object({ a: { enum: ["a\u200b"] } }), "properties.a.enum.0"],
    ["a hidden character in a name", object({ "a\u202e": {} }), "properties"],
    [
      "a hidden character in a description",
      object({ a: { description: "x\u2066y" } }),
      "properties.a.description",
    ],
    [
      "a definition as a part",
      object({}, { allOf: [{ $ref: "#/$defs/b" }], $defs: { b: object({}) } }),
      "allOf.0.$ref",
    ],
    ["parts without a whole", object({ a: { allOf: [object({})] } }), "properties.a.allOf.0"],
  ])("refuses %s", (_, schema, place) => {
    expect(inPlaces(schema)).toContain(place);
  });

  test("refuses a property named __proto__", () => {
    const schema: unknown = JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}');
    expect(inPlaces(schema)).toEqual(["properties.__proto__"]);
  });

  test("refuses what isn't a schema", () => {
    for (const value of [null, true, 1, "x", [], undefined])
      expect(checkToolSchema(value, "input")).toHaveLength(1);
  });
});

describe("references", () => {
  const chain = (levels: number) => {
    const defs: Record<string, unknown> = { [`a${levels}`]: { type: "string" } };
    for (let i = 0; i < levels; i++) {
      const next = { $ref: `#/$defs/a${i + 1}` };
      defs[`a${i}`] = { allOf: [next, next] };
    }
    return object({ a: { $ref: "#/$defs/a0" } }, { $defs: defs });
  };

  test("30 levels of allOf doubling are refused without being expanded", () => {
    expect(checkToolSchema(chain(30), "input")[0]?.message).toContain("over a thousand million schemas");
    expect(checkToolSchema(chain(1_000), "input")).toHaveLength(1);
    expect(checkToolSchema(chain(8), "input")).toEqual([]);
  });

  test("so is doubling by one object in two places", () => {
    let doubled: unknown = { type: "string" };
    for (let i = 0; i < 30; i++) doubled = { allOf: [doubled, doubled] };
    expect(checkToolSchema(object({ a: doubled }), "input")).toHaveLength(1);
  });

  test("recursion goes through members and items, never around the same value", () => {
    const around = (definition: unknown) =>
      object(
        { a: { $ref: "#/$defs/a" } },
        { $defs: { a: definition, b: { anyOf: [{ $ref: "#/$defs/a" }] } } },
      );
    expect(inPlaces(around({ $ref: "#/$defs/a" }))).toEqual(["$defs.a"]);
    expect(inPlaces(around({ allOf: [{ $ref: "#/$defs/b" }] }))).toEqual(["$defs.a"]);
    expect(inPlaces(around({ not: { $ref: "#/$defs/b" } }))).toEqual(["$defs.a"]);
    expect(inPlaces(around({ type: "array", items: { $ref: "#/$defs/b" } }))).toEqual([]);
  });

  test("a circle that nothing uses is refused too, and very many definitions", () => {
    expect(inPlaces(object({}, { $defs: { a: { $ref: "#/$defs/a" } } }))).toEqual(["$defs.a"]);
    const many = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, i) => [`d${i}`, { $ref: `#/$defs/d${i + 1}` }]),
    );
    expect(inPlaces(object({}, { $defs: { ...many, d3000: {} } }))).toEqual(["$defs"]);
  });

  test("over 2,000 schemas or 64 KB are refused", () => {
    const wide = Object.fromEntries(Array.from({ length: 2_001 }, (_, i) => [`p${i}`, {}]));
    expect(checkToolSchema(object(wide), "input")).toHaveLength(1);
    expect(checkToolSchema(object({ a: { description: "x".repeat(70_000) } }), "input")).toHaveLength(1);
  });
});

describe("what an output schema may not say", () => {
  test.each([
    [
      "prefixItems",
      object({ a: { type: "array", prefixItems: [{ type: "string" }] } }),
      "properties.a.prefixItems",
    ],
    ["unevaluatedProperties", object({}, { unevaluatedProperties: false }), "unevaluatedProperties"],
    ["dependentSchemas", object({}, { dependentSchemas: {} }), "dependentSchemas"],
    ["dependentRequired", object({}, { dependentRequired: {} }), "dependentRequired"],
    [
      "minContains",
      object({ a: { type: "array", contains: {}, minContains: 2 } }),
      "properties.a.minContains",
    ],
    ["$dynamicRef", object({ a: { $dynamicRef: "#a" } }), "properties.a.$dynamicRef"],
    ["items: false", object({ a: { type: "array", items: false } }), "properties.a.items"],
    [
      "keywords beside $ref",
      object({ a: { $ref: "#/$defs/b", type: "string" } }, { $defs: { b: {} } }),
      "properties.a.type",
    ],
  ])("%s", (_, schema, place) => {
    expect(inPlaces(schema, "output")).toContain(place);
    expect(inPlaces(schema, "output")).toHaveLength(1);
  });

  test("its objects stay as the author wrote them", () => {
    const schema = object({ a: object({}) });
    expect(compileSchema(schema as JsonObject, "output")).toEqual(schema);
  });
});

describe("laws", () => {
  const name = fc.constantFrom("a", "b", "toString", "__proto__x");
  type Member = readonly [string, unknown];
  const pair = (keyword: string, value: fc.Arbitrary<unknown>) =>
    value.map((each): Member => [keyword, each]);
  const leaves = [
    pair(
      "type",
      fc.constantFrom(
        "object",
        "string",
        "array",
        "integer",
        ["string", "null"],
        ["object", "array"],
        "bogus",
      ),
    ),
    pair("required", fc.array(name, { maxLength: 2 })),
    pair("minContains", fc.integer({ min: -1, max: 3 })),
    pair("uniqueItems", fc.boolean()),
    pair("minLength", fc.integer({ min: -1, max: 3 })),
    pair("pattern", fc.constantFrom("^a+$", "(a|b)*c", "\\d{2,}", "(?=x)")),
    pair("format", fc.constantFrom("date", "uuid", "uri", "nope")),
    pair("enum", fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 2 })),
    pair("$ref", fc.constantFrom("#/$defs/a", "#/$defs/none", "#")),
    pair("dependentRequired", fc.dictionary(name, fc.array(name, { maxLength: 2 }), { maxKeys: 1 })),
    pair("multipleOf", fc.constantFrom(0, 1, 0.1)),
    pair("unevaluatedProperties", fc.boolean()),
  ];
  const schemaOf = (depth: number): fc.Arbitrary<object> => {
    const inner = depth === 0 ? fc.constant({}) : schemaOf(depth - 1);
    const branches = [
      pair("properties", fc.dictionary(name, inner, { maxKeys: 2 })),
      pair(
        "patternProperties",
        fc.dictionary(fc.constantFrom("^a", ".", "(", "\\s+$"), inner, { maxKeys: 1 }),
      ),
      pair("additionalProperties", fc.oneof(fc.boolean(), inner)),
      pair("items", fc.oneof(fc.boolean(), inner)),
      ...["prefixItems", "allOf", "anyOf", "oneOf"].map((keyword) =>
        pair(keyword, fc.array(inner, { maxLength: 2 })),
      ),
      ...["contains", "not", "if", "then", "propertyNames"].map((keyword) => pair(keyword, inner)),
      pair("dependentSchemas", fc.dictionary(name, inner, { maxKeys: 2 })),
    ];
    const members = fc.uniqueArray(fc.oneof(...leaves, ...branches), {
      selector: ([keyword]) => keyword,
      maxLength: 3,
    });
    return fc.tuple(members, fc.boolean()).map(([list, typed]) => ({
      ...(typed ? { type: ["object", "string", "array", "integer"] } : {}),
      ...Object.fromEntries(list),
    }));
  };
  const schema = schemaOf(3);
  const tool = fc
    .tuple(fc.array(schemaOf(2), { minLength: 1, maxLength: 2 }), schemaOf(1))
    .map(([members, definition]) =>
      object(Object.fromEntries(members.map((member, i) => [`m${i}`, member])), { $defs: { a: definition } }),
    );

  test("an accepted schema is valid JSON Schema and compiles, closed or not; closing again changes nothing", async () => {
    const meta = new Ajv2020({ strict: false, validateFormats: false });
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(tool, fc.jsonValue(), async (whole, value) => {
        if (checkToolSchema(whole, "input").length > 0) return;
        seen += 1;
        expect(meta.validateSchema(whole)).toBe(true);
        const closed = compileSchema(whole as JsonObject, "input");
        expect(checkToolSchema(closed, "input")).toEqual([]);
        expect(compileSchema(closed, "input")).toEqual(closed);
        for (const each of [whole as JsonObject, closed]) {
          const validate = await loadValidator(each);
          validate(value);
          validate({ m0: value, m1: value });
        }
      }),
      { numRuns: 500 },
    );
    expect(seen).toBeGreaterThan(10);
  });

  test("any value gets an answer", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => void checkToolSchema(value, "output")),
    );
    fc.assert(fc.property(schema, (value) => void checkToolSchema(value, "input")));
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DefinitionChange, definitionChanges, isTextOnly } from "../../src/compile/definitionChange.js";
import type { Json, JsonObject } from "../../src/protocol/canonical.js";
import { definitionDigest, type ForeignDefinition, foreignDefinition } from "../../src/protocol/foreign.js";

const READ: ForeignDefinition = foreignDefinition({
  name: "read_file",
  title: "Read file",
  description: "Reads a file. Returns its text.",
  annotations: { title: "Read", readOnlyHint: true, destructiveHint: false },
  input_schema: {
    type: "object",
    title: "Arguments",
    properties: {
      path: { type: "string", description: "Where it is", examples: ["a.txt"] },
      description: { type: "string", default: "none" },
      lines: { anyOf: [{ type: "integer", title: "Count" }, { type: "null" }] },
    },
    required: ["path"],
    additionalProperties: false,
  },
  output_schema: { type: "object", properties: { text: { type: "string" } } },
});

/** READ with the value at a path of members replaced; undefined removes it. */
function withAt(path: string, value: Json | undefined): ForeignDefinition {
  const copy = structuredClone(READ) as unknown as Record<string, unknown>;
  const names = path.split("/").slice(1);
  const last = names.pop() ?? "";
  let here = copy;
  for (const name of names) here = here[name] as Record<string, unknown>;
  if (value === undefined) delete here[last];
  else here[last] = value;
  return copy as unknown as ForeignDefinition;
}

const kindsOf = (path: string, value: Json | undefined) =>
  definitionChanges(READ, withAt(path, value)).map((change) => [change.kind, change.path]);

describe("the kinds of change", () => {
  test.each<[DefinitionChange["kind"], string, Json | undefined]>([
    ["name", "/name", "read_files"],
    ["name", "/name", "read_f\u0456le"],
    ["text", "/title", "Read a file"],
    ["text", "/title", null],
    ["text", "/description", "Reads a file, and returns its text."],
    ["text", "/annotations/title", "Read a file"],
    ["text", "/annotations/title", undefined],
    ["hint", "/annotations/title", 5],
    ["hint", "/annotations/readOnlyHint", false],
    ["hint", "/annotations/readOnlyHint", undefined],
    ["hint", "/annotations/openWorldHint", true],
    ["hint", "/annotations/description", "new"],
    ["text", "/input_schema/title", "Args"],
    ["text", "/input_schema/description", "New"],
    ["text", "/input_schema/$comment", "New"],
    ["text", "/input_schema/properties/path/description", "The path"],
    ["text", "/input_schema/properties/path/examples", ["b.txt"]],
    ["text", "/input_schema/properties/lines/anyOf/0/title", "Lines"],
    ["schema", "/input_schema/properties/description/default", "all"],
    ["schema", "/input_schema/properties/description", undefined],
    ["schema", "/input_schema/properties/title", { type: "string" }],
    ["schema", "/input_schema/properties/title", "a text"],
    ["schema", "/input_schema/properties/path/type", "number"],
    ["schema", "/input_schema/properties/path/title", { type: "string" }],
    ["schema", "/input_schema/properties/path/examples", "a.txt"],
    ["schema", "/input_schema/properties/path/x-text", { description: "new" }],
    ["schema", "/input_schema/properties/path/enum", [{ description: "a" }]],
    ["schema", "/input_schema/properties/lines/anyOf", [{ type: "integer", title: "Count" }]],
    ["schema", "/input_schema/properties/lines/anyOf/1/type", "string"],
    ["schema", "/input_schema/required", []],
    ["schema", "/input_schema/additionalProperties", { description: "Anything" }],
    ["schema", "/input_schema/additionalProperties", undefined],
    ["schema", "/output_schema", null],
    ["schema", "/output_schema/properties/text/type", "null"],
    ["text", "/output_schema/properties/text/description", "The text"],
  ])("%s: %s becomes %j", (kind, path, value) => {
    expect(kindsOf(path, value)).toEqual([[kind, path]]);
  });

  test("annotations that come or go without saying anything are a change of hints", () => {
    const none = { ...READ, annotations: null };
    const empty = { ...READ, annotations: {} };
    expect(definitionChanges(none, empty)).toEqual([
      { kind: "hint", path: "/annotations", before: null, after: {} },
    ]);
    expect(definitionChanges(none, { ...READ, annotations: { title: "Read" } })).toEqual([
      { kind: "text", path: "/annotations/title", before: undefined, after: "Read" },
    ]);
  });

  test("say what was and what is, at a pointer", () => {
    expect(definitionChanges(READ, withAt("/input_schema/properties/a~b", { type: "string" }))).toEqual([
      { kind: "schema", path: "/input_schema/properties/a~0b", before: undefined, after: { type: "string" } },
    ]);
  });

  test("examples that a reference may lead into are schema", () => {
    const pointing = (ref: string, example: string): ForeignDefinition => ({
      ...READ,
      input_schema: {
        type: "object",
        examples: [{ type: example }],
        $defs: { a: { type: "string" } },
        properties: { a: { $ref: ref } },
      },
    });
    for (const ref of ["#/examples/0", "#/ex%61mples/0", "#/properties/../examples/0", "#x", "http://a/b"]) {
      const changes = definitionChanges(pointing(ref, "string"), pointing(ref, "object"));
      expect([ref, changes.map(({ kind }) => kind)]).toEqual([ref, ["schema"]]);
    }
    for (const ref of ["#", "#/$defs/a", "#/definitions/examples"]) {
      const changes = definitionChanges(pointing(ref, "string"), pointing(ref, "object"));
      expect([ref, changes.map(({ kind }) => kind)]).toEqual([ref, ["text"]]);
    }
  });

  test("older drafts' schemas have texts too", () => {
    const at = (text: string): ForeignDefinition => ({
      ...READ,
      input_schema: {
        definitions: { a: { description: text } },
        items: [{ description: text }],
        additionalItems: { title: text },
        dependencies: { a: { title: text }, b: ["c"] },
      },
    });
    const changes = definitionChanges(at("one"), at("two"));
    expect(changes).toHaveLength(4);
    expect(isTextOnly(changes)).toBe(true);
  });
});

/** Schemas and texts that often have the same members, some of them hostile. */
const text = fc.oneof(fc.constantFrom("one", "two", "t\u200bwo", "\u202eowt", "tw\u043e"), fc.string());
/** JSON that has a canonical text: a definition with a member named __proto__ is no definition. */
const json = fc
  .jsonValue({ maxDepth: 2 })
  .filter((value) => !JSON.stringify(value).includes("__proto__")) as fc.Arbitrary<Json>;

const schema: fc.Arbitrary<JsonObject> = fc.letrec<{ schema: JsonObject; value: Json }>((tie) => ({
  value: fc.oneof({ maxDepth: 2 }, json, tie("schema")),
  schema: fc.dictionary(
    fc.constantFrom(
      ...["type", "title", "description", "$comment", "examples", "default", "enum", "const", "$ref"],
      ...["properties", "items", "anyOf", "definitions", "$defs", "not", "required", "x-own"],
    ),
    fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      text as fc.Arbitrary<Json>,
      tie("value"),
      tie("schema"),
      fc.dictionary(fc.constantFrom("title", "description", "a"), tie("schema"), { maxKeys: 2 }),
      fc.array(tie("schema"), { maxLength: 2 }),
    ),
    { maxKeys: 4 },
  ),
})).schema;
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary);
const definition: fc.Arbitrary<ForeignDefinition> = fc.record({
  annotations: maybe(
    fc.dictionary(
      fc.constantFrom("title", "readOnlyHint", "x"),
      fc.oneof(text as fc.Arbitrary<Json>, fc.boolean(), fc.constant(null)),
    ),
  ),
  description: maybe(text),
  input_schema: schema,
  name: fc.constantFrom("a", "b"),
  output_schema: maybe(schema),
  title: maybe(text),
});

/** A definition with its texts at schema positions, title and description gone: what matters of it. */
function withoutText({ name, input_schema, output_schema, annotations }: ForeignDefinition): Json {
  const { title, ...hints } = annotations ?? {};
  return {
    name,
    input_schema: stripped(input_schema),
    output_schema: output_schema === null ? null : stripped(output_schema),
    annotations: { ...hints, ...(title === undefined || typeof title === "string" ? {} : { title }) },
  };
}

/** Read from the words of JSON Schema alone: keywords that hold a schema, a list or a map of them. */
const ONE = ["items", "not", "additionalProperties"];
const MAPS = ["properties", "definitions", "$defs"];
function stripped(value: Json): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]: [string, Json]): [string, Json][] => {
    if (["title", "description", "$comment"].includes(name) && typeof member === "string") return [];
    if (name === "examples" && Array.isArray(member)) return [];
    if (Array.isArray(member) && [...ONE, "anyOf"].includes(name)) return [[name, member.map(stripped)]];
    if ([...ONE, "anyOf"].includes(name)) return [[name, stripped(member)]];
    const isMap = MAPS.includes(name) && typeof member === "object" && member !== null;
    if (!isMap || Array.isArray(member)) return [[name, member]];
    return [[name, Object.fromEntries(Object.entries(member).map(([key, child]) => [key, stripped(child)]))]];
  });
  return Object.fromEntries(members);
}

describe("laws", () => {
  const MANY = { numRuns: 2_000 };

  test("there are no changes exactly if the digests are equal", () => {
    fc.assert(
      fc.property(definition, definition, fc.boolean(), (before, other, isSame) => {
        const after = isSame ? structuredClone(before) : other;
        const isEqual = definitionDigest(before) === definitionDigest(after);
        expect(definitionChanges(before, after).length === 0).toBe(isEqual);
      }),
      MANY,
    );
  });

  test("a change of one member is a change", () => {
    const names = ["annotations", "description", "input_schema", "name", "output_schema", "title"] as const;
    fc.assert(
      fc.property(definition, definition, fc.constantFrom(...names), (before, other, name) => {
        const after = { ...before, [name]: other[name] };
        const changes = definitionChanges(before, after);
        expect(changes.length > 0).toBe(definitionDigest(before) !== definitionDigest(after));
        expect(changes.every(({ path }) => path.startsWith(`/${name}`))).toBe(true);
      }),
      MANY,
    );
  });

  test("what changes more than text is never text-only", () => {
    fc.assert(
      fc.property(definition, definition, fc.boolean(), (before, other, isNear) => {
        const after = isNear ? { ...other, name: before.name, input_schema: before.input_schema } : other;
        const isText =
          JSON.stringify(sorted(withoutText(before))) === JSON.stringify(sorted(withoutText(after)));
        if (!isText) expect(isTextOnly(definitionChanges(before, after))).toBe(false);
      }),
      MANY,
    );
  });

  test("a change turned round touches the same places", () => {
    fc.assert(
      fc.property(definition, definition, (before, after) => {
        const placesOf = (changes: readonly DefinitionChange[]) =>
          changes.map(({ path, kind }) => [path, kind.replace("hidden_", "")]);
        const there = definitionChanges(before, after);
        const back = definitionChanges(after, before);
        expect(placesOf(back)).toEqual(placesOf(there));
        expect(back.map((change) => [change.after, change.before])).toEqual(
          there.map((change) => [change.before, change.after]),
        );
      }),
      MANY,
    );
  });

  test("neither definition is touched", () => {
    fc.assert(
      fc.property(definition, definition, (before, after) => {
        const copies = structuredClone([before, after]);
        definitionChanges(before, after);
        expect([before, after]).toEqual(copies);
      }),
    );
  });
});

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(
    ([name, member]: [string, Json]) => [name, sorted(member)] as const,
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

test("a definition nested without end has no digest, and no changes", () => {
  let deep: JsonObject = {};
  for (let i = 0; i < 100_000; i++) deep = { not: deep };
  expect(() => definitionChanges(READ, { ...READ, input_schema: deep })).toThrow("nested");
});

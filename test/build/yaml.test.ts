import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseManifestText } from "../../src/build/yaml.js";

const parse = (text: string) => parseManifestText(text, "skill.yaml");

test("YAML 1.2 core values", () => {
  const { value, problems } = parse(
    'text: yes\nquoted: "1.10"\nfloat: 1.10\nhex: 0x10\nflag: true\nnothing: ~\nempty:\ndate: 2026-01-01\n' +
      "list: [a, {b: c}]\nblock: |\n  one\n  two\nsexagesimal: 1:30\n",
  );
  expect(problems).toEqual([]);
  expect(value).toEqual({
    text: "yes",
    quoted: "1.10",
    float: 1.1,
    hex: 16,
    flag: true,
    nothing: null,
    empty: null,
    date: "2026-01-01",
    list: ["a", { b: "c" }],
    block: "one\ntwo\n",
    sexagesimal: "1:30",
  });
});

test("the example skill has no problem", () => {
  expect(parse(readFileSync("skills/notes/skill.yaml", "utf8")).problems).toEqual([]);
});

test("positions are those of names and items, or of the nearest ancestor; plain scalars keep their text", () => {
  const { at } = parse("version: 1.10\n\ntools:\n  - name: a\n    deep:\n      x: 1\n  - name: b\n");
  expect(at(["version"])).toEqual({ line: 1, column: 1, text: "1.10" });
  expect(at(["tools"])?.line).toBe(3);
  expect(at(["tools", 1])?.line).toBe(7);
  expect(at(["tools", 0, "deep", "x"])?.line).toBe(6);
  expect(at(["tools", 0, "handler"])?.line).toBe(4);
  expect(at(["nowhere", "at", "all"])?.line).toBe(1);
  expect(at([])?.line).toBe(1);
});

describe("what is refused, each with its line", () => {
  test.each([
    ["an anchor", "a: 1\nb: &x [1]\n", "b", 2, /an anchor, &x/],
    ["an alias", "a: 1\nb: *x\n", "b", 2, /an alias, \*x|unresolved alias/i],
    ["a tag", "a: 1\nb: !!str 1\n", "b", 2, /a tag/],
    ["a tag of one's own", "a: 1\nb: !include x\n", "b", 2, /a tag/],
    ["the non-specific tag", "a: ! 1\n", "a", 1, /a tag/],
    ["a merge key", "a:\n  <<: {b: 1}\n", "a", 2, /a merge key/],
    ["a duplicate name", "a: 1\nb: 2\na: 3\n", "a", 3, /same name as on line 1/],
    ["a duplicate name deep down", "x:\n  - a: 1\n    a: 1\n", "x[0].a", 3, /same name as on line 2/],
    ["a duplicate name in other quotes", "a: 1\n'a': 2\n", "a", 2, /same name as on line 1/],
    ["a number as a name", "a: {1: x}\n", "a", 1, /a name that isn't text/],
    ["a list as a name", "? [1, 2]\n: x\n", undefined, 1, /a name that isn't text/],
    ["nothing as a name", "? \n: x\n", undefined, 1, /a name that isn't text/],
    ["an anchor on a name", "&x a: 1\n", undefined, 1, /anchor or tag on a name/],
    ["__proto__", "a:\n  __proto__: {x: 1}\n", "a", 2, /__proto__/],
    ["infinity", "a: .inf\n", "a", 1, /JSON can't hold/],
    ["not a number", "a: .nan\n", "a", 1, /JSON can't hold/],
    ["an integer that changes", "a: 12345678901234567890\n", "a", 1, /JSON can't hold/],
    ["too large a number", "a: 1e999\n", "a", 1, /JSON can't hold/],
    ["a second document", "a: 1\n---\nb: 2\n", undefined, 2, /a second document/],
    ["a directive", "%YAML 1.1\n---\na: yes\n", undefined, 1, /directive/],
    ["a tab", "a:\n\tb: 1\n", undefined, 2, /tabs/i],
    ["an open quote", "a: 'x\nb: 1\n", undefined, 3, /quote/],
  ])("%s", (_, text, path, line, message) => {
    const { problems } = parse(text);
    const problem = problems.find((p) => message.test(p.message));
    expect(problem, JSON.stringify(problems)).toBeDefined();
    expect(problem?.line).toBe(line);
    if (path !== undefined) expect(problem?.path).toBe(path);
    expect(problem?.remedy).not.toBe("");
  });

  test("a tab is said alone: whatever else is wrong may be its echo", () => {
    const { problems } = parse("tools:\n  - name: a\n\tb: 1\n    c: {\n  d: 2\n");
    expect(problems).toMatchObject([
      { line: 3, message: expect.stringContaining("tabs"), remedy: expect.stringContaining("spaces") },
    ]);
  });

  test.each(["", "# only a comment\n", "---\n"])("an empty text %j", (text) => {
    const { value, problems } = parse(text);
    expect(value ?? null).toBe(null);
    expect(problems).toHaveLength(1);
  });

  test("more than 256 KB, in bytes", () => {
    expect(parse(`a: ${"é".repeat(131_072)}`).problems[0]?.message).toMatch(/256 KB/);
    expect(parse(`a: ${"é".repeat(131_070)}`).problems).toEqual([]);
  });

  test("all of it at once", () => {
    const { problems } = parse("a: &x 1\nb: *x\nc: 1\nc: 2\nd: .inf\n");
    expect(problems.map(({ line }) => line)).toEqual([1, 2, 4, 5]);
  });

  test("a quoted << is a name like any other", () => {
    expect(parse('a: {"<<": 1}\n')).toMatchObject({ value: { a: { "<<": 1 } }, problems: [] });
  });
});

describe("bombs", () => {
  test("anchors that would grow to 10^9 values are refused and never expanded", () => {
    const levels = Array.from({ length: 9 }, (_, i) => {
      const below = i === 0 ? '"lol"' : `*a${i - 1}`;
      return `a${i}: &a${i} [${Array(10).fill(below).join(", ")}]\n`;
    });
    const { value, problems } = parse(levels.join(""));
    expect(problems.filter(({ message }) => message.startsWith("an anchor"))).toHaveLength(9);
    expect(JSON.stringify(value).length).toBeLessThan(2000);
  });

  test.each([
    ["lists in a line", "- ".repeat(100_000)],
    ["flow lists", "[".repeat(200_000)],
    ["closed flow lists", "[".repeat(100_000) + "]".repeat(100_000)],
    ["flow maps", "{a: ".repeat(60_000)],
    ["explicit names", "? ".repeat(100_000)],
    ["indented maps", Array.from({ length: 700 }, (_, i) => `${" ".repeat(i)}a:\n`).join("")],
  ])("%s nested without end", (_, text) => {
    const { problems } = parse(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThan(50);
  });

  test("one mistake is said once, and many alike are counted", () => {
    const { problems } = parse(`a: ${"[".repeat(5000)}`);
    expect(new Set(problems.map(({ message }) => message)).size).toBe(problems.length);
    const aliases = parse(`a: &a 1\nb: [${Array(114).fill("*a").join(", ")}]\n`);
    expect(aliases.problems.map(({ message }) => message)).toEqual([
      "an anchor, &a",
      ...Array(20).fill("an alias, *a"),
      "94 more problems like it",
    ]);
    expect(aliases.problems.at(-1)).toMatchObject({ file: "skill.yaml", remedy: "Write the value out" });
  });

  test("64 levels are fine, 65 are not", () => {
    const nested = (levels: number) => `a: ${"[".repeat(levels - 1)}1${"]".repeat(levels - 1)}\n`;
    expect(parse(nested(64)).problems).toEqual([]);
    expect(parse(nested(66)).problems[0]?.message).toMatch(/64 levels/);
  });

  test("20,000 names", () => {
    const { value, problems } = parse(Array.from({ length: 20_000 }, (_, i) => `k${i}:\n`).join(""));
    expect(problems).toEqual([]);
    expect(Object.keys(value ?? {})).toHaveLength(20_000);
  });
});

test("law: no text makes it throw, and a value without problems is the JSON that was written", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void parse(text)));
  const yamlish = fc.array(
    fc.constantFrom(
      "a",
      ":",
      " ",
      "\n",
      "- ",
      "[",
      "]",
      "{",
      "}",
      "&a",
      "*a",
      "!!x",
      "'",
      '"',
      "|",
      "%",
      "---",
      "#",
      "<<",
    ),
  );
  fc.assert(
    fc.property(yamlish, (parts) => void parse(parts.join(""))),
    { numRuns: 2000 },
  );
  const name = fc.string({ minLength: 1 }).filter((text) => text !== "__proto__");
  const json = fc.dictionary(name, fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.constant(null)), {
    minKeys: 1,
  });
  fc.assert(
    fc.property(json, (value) => {
      const read = parse(JSON.stringify(value));
      expect(read.problems).toEqual([]);
      expect(read.value).toEqual({ ...value });
    }),
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePattern, type Pattern } from "../../src/compile/pattern.js";

function pattern(source: string): Pattern {
  const compiled = compilePattern(source);
  if (!("test" in compiled)) throw new Error(`${source}: ${compiled.message}`);
  return compiled;
}

describe("patterns mean what JavaScript says with flag u", () => {
  const texts = [
    "",
    "a",
    "A",
    "aa",
    "ab\n",
    "\r",
    "\n",
    " ",
    "\u00a0",
    "\v",
    "\u2028",
    "😀",
    "é",
    "-",
    "]",
    "[",
    "^",
    "a.b",
    "1",
    "\0",
    "\u0001",
    "\b",
    "{",
    "\\",
    "/",
    "_",
    "$",
  ];
  test.each([
    "^.$",
    "^\\s$",
    "^\\S$",
    "^[\\s]$",
    "^[\\S]$",
    "^[^\\s]$",
    "[\\s\\S]",
    "^\\u{1F600}$",
    "^\\ud83d\\ude00$",
    "^\\u0041$",
    "^\\x41$",
    "^\\cA$",
    "^\\0$",
    "^[\\b]$",
    "a\\b",
    "\\Ba",
    "^(?<x>a)+$",
    "(?:ab|a)$",
    "^[^]$",
    "^[[]$",
    "^[\\]\\[^-]$",
    "^[^a-z]$",
    "^\\p{L}$",
    "^\\P{L}$",
    "^\\p{Lu}$",
    "^\\.$",
    "^\\/$",
    "^[.]$",
    "^[(?=]$",
    "^[(?<]$",
    "^a{1,2}$",
    "^a*?$",
    "\\$$",
    "^\\{\\\\?$",
    "^[/\\-_]$",
    "a.b",
    "^\\w\\d?$",
    "^[😀-😂]$",
  ])("%s", (source) => {
    const [ours, theirs] = [pattern(source), new RegExp(source, "u")];
    for (const text of texts) expect([text, ours.test(text)]).toEqual([text, theirs.test(text)]);
  });

  test("also when put together at random", () => {
    const atom = fc.constantFrom(
      "a",
      "b",
      ".",
      "\\s",
      "\\S",
      "\\w",
      "\\d",
      "[ab]",
      "[^a]",
      "[\\s-]",
      "(a|b)",
      "(?:ab)",
      "(?<n>b)",
      "\\u0061",
      "\\n",
      "^",
      "$",
      "\\b",
    );
    const times = fc.constantFrom("", "*", "+", "?", "{2}", "{1,3}", "+?");
    const source = fc
      .array(fc.tuple(atom, times), { maxLength: 6 })
      .map((list) => list.map(([a, t]) => (/^[\^$]|^\\b$/.test(a) ? a : a + t)).join(""));
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "1", " ", "\n", "\u00a0", "-", "é"),
      maxLength: 8,
    });
    fc.assert(
      fc.property(source, text, (regexp, input) => {
        const compiled = compilePattern(regexp);
        if ("test" in compiled) expect(compiled.test(input)).toBe(new RegExp(regexp, "u").test(input));
      }),
      { numRuns: 500 },
    );
  });
});

describe("patterns that can't be run", () => {
  test.each([
    ["(?=a)b", "look-around"],
    ["(?!a)b", "look-around"],
    ["(?<=a)b", "look-around"],
    ["(?<!a)b", "look-around"],
    ["(a)\\1", "backreference"],
    ["(?<n>a)\\k<n>", "backreference"],
    ["(?i:a)", ""],
    ["(", "regular expression"],
    ["\\A", "regular expression"],
    ["[[:alpha:]]", "regular expression"],
    ["a[]", "empty class"],
    ["(?:a{1000}){1000}", "linear time"],
    ["\\p{Script=Greek}", "linear time"],
    ["a".repeat(1_001), "1000 characters"],
  ])("%s", (source, word) => {
    const compiled = compilePattern(source);
    expect(compiled).not.toHaveProperty("test");
    expect(compiled).toMatchObject({
      message: expect.stringContaining(word),
      remedy: expect.stringMatching(/^[A-Z]/),
    });
  });

  test("no text makes compiling throw", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (source) => void compilePattern(source)));
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."\\u{}[]()^$.*+?|sSkpP<>=!:-d8a1") }),
        (source) => void compilePattern(source),
      ),
      { numRuns: 300 },
    );
  });
});

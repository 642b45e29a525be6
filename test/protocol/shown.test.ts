import fc from "fast-check";
import { expect, test } from "vitest";
import { isShownAsItIs, shownWhole } from "../../src/protocol/shown.js";

test.each([
  ["plain — text, 100 %: ünïcödé 漢字 🙂", "plain — text, 100 %: ünïcödé 漢字 🙂"],
  ["a\u202eb", "a\\u202eb"],
  ["a\u200bb\u2060", "a\\u200bb\\u2060"],
  ["line\nbreak\r\u2028", "line\\u000abreak\\u000d\\u2028"],
  ["\x1b[2J\x9b", "\\u001b[2J\\u009b"],
  ["nb\u00a0space\u3000", "nb\\u00a0space\\u3000"],
  ["\u{e0041}tag", "\\udb40\\udc41tag"],
  ["\ud800", "\\ud800"],
])("%j is shown as %j", (text, shown) => {
  expect(shownWhole(text)).toBe(shown);
});

test("JSON that is escaped so is the same JSON", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(JSON.parse(shownWhole(JSON.stringify({ text })))).toEqual({ text: text.toWellFormed() });
    }),
  );
});

test("a text with line breaks is seen as it is, one with a hidden character isn't", () => {
  expect(isShownAsItIs("two\nlines")).toBe(true);
  expect(isShownAsItIs("two\r\nlines")).toBe(false);
  expect(isShownAsItIs("a\u202eb")).toBe(false);
});

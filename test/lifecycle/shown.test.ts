import fc from "fast-check";
import { expect, test } from "vitest";
import { shownJson, shownText } from "../../src/lifecycle/shown.js";

test("nothing shown hides, moves or breaks a line, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(shownText(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(shownText(text).isWellFormed()).toBe(true);
    }),
  );
});

test.each([
  ["plain text, ünïcode: 日本 🙂", "plain text, ünïcode: 日本 🙂"],
  ["a\nb\u001b[2Jc", "a\\u000ab\\u001b[2Jc"],
  ["safe\u202etxt.exe", "safe\\u202etxt.exe"],
  ["zero\u200bwidth\u00a0space", "zero\\u200bwidth\\u00a0space"],
  ["tag \u{e0041}", "tag \\udb40\\udc41"],
])("%j is shown as %j", (text, shown) => expect(shownText(text)).toBe(shown));

test("JSON is shown whole on one line", () => {
  expect(shownJson({ a: ["x\ny", null, 1] })).toBe('{"a":["x\\ny",null,1]}');
  expect(shownJson(undefined)).toBe("nothing");
});

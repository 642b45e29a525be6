import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columns, renderLine } from "../../src/cli/line.js";
import { shownWhole } from "../../src/protocol/shown.js";

const hidden = fc.constantFrom(
  "\x1b[31m",
  "\u202e",
  "\u200b",
  "\r",
  "\n",
  "\x07",
  "\u2028",
  "\u{e0041}",
  "\ud800",
  "\x9b",
);
const foreign = fc.array(fc.oneof(hidden, fc.string({ unit: "binary" }))).map((parts) => parts.join(""));

describe("foreign text", () => {
  test.each([
    ["\x1b[2Jgone", "\\u001b[2Jgone"],
    ["abc\u202edcba", "abc\\u202edcba"],
    ["two\nlines", "two\\u000alines"],
    ["tag \u{e0041}", "tag \\udb40\\udc41"],
    ["half \ud83d", "half \\ud83d"],
    ['é ü 日本 😀 "\\"', 'é ü 日本 😀 "\\"'],
  ])("%j is shown as %j", (text, shown) => {
    expect(shownWhole(text)).toBe(shown);
  });

  test("never moves, hides or colours anything", () => {
    fc.assert(
      fc.property(foreign, (text) => {
        expect(renderLine([text, { style: "red", text }], false)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  test("in JSON stays the same JSON", () => {
    fc.assert(
      fc.property(fc.dictionary(foreign, foreign), (value) => {
        expect(JSON.parse(shownWhole(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

test("styles are the line's own, and only where colours are", () => {
  const line = [{ style: "red", text: "no\x1b[32m" } as const, " yes"];
  expect(renderLine(line, true)).toBe("\x1b[31mno\\u001b[32m\x1b[0m yes");
  expect(renderLine(line, false)).toBe("no\\u001b[32m yes");
});

test("columns are aligned by what is seen", () => {
  const lines = columns([
    ["a", { style: "dim", text: "long cell" }, "x"],
    ["\u200b", "b", "y"],
  ]);
  expect(lines.map((line) => renderLine(line, false))).toEqual([
    "a       long cell  x",
    "\\u200b  b          y",
  ]);
});

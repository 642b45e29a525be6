import { expect, test } from "vitest";
import { describe } from "../../../../skills/csv/src/describe.js";
import { parseCsv } from "../../../../skills/csv/src/parse.js";

test("numbers, dates and texts, with their ends", () => {
  const table = parseCsv("n,d,t,none\n10,2026-02-01,b,\n 9 ,2025-12-31T10:00:00Z,a,\n,,a,\n");
  expect(describe(table)).toEqual([
    { name: "n", kind: "number", empty: 1, distinct: 2, least: "9", greatest: "10", sum: 19 },
    { name: "d", kind: "date", empty: 1, distinct: 2, least: "2025-12-31T10:00:00Z", greatest: "2026-02-01" },
    { name: "t", kind: "text", empty: 0, distinct: 2, least: "a", greatest: "b" },
    { name: "none", kind: "text", empty: 3, distinct: 0 },
  ]);
});

test("a column is of a kind only if all of it is", () => {
  const kinds = (cells: string) => describe(parseCsv(`x\n${cells}`))[0]?.kind;
  expect(kinds("1\n2e3\n-.5")).toBe("number");
  expect(kinds("1\nx")).toBe("text");
  expect(kinds("2026-13-45")).toBe("text");
  expect(kinds("0x10")).toBe("text");
});

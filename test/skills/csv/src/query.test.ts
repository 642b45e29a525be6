import { expect, test } from "vitest";
import { parseCsv } from "../../../../skills/csv/src/parse.js";
import { type Condition, markdown, query } from "../../../../skills/csv/src/query.js";

const table = parseCsv("tea,price\nAssam,4.5\nSencha,12\nMint,\nOolong,9\n");
const teas = (is: Condition["is"], column: string, value = "") =>
  query(table, { where: [{ column, is, value }], columns: ["tea"], limit: 10 }).rows.flat();

test("conditions compare by the column's kind", () => {
  expect(teas("less", "price", "10")).toEqual(["Assam", "Oolong"]);
  expect(teas("greater", "price", "9")).toEqual(["Sencha"]);
  expect(teas("equal", "price", "12.0")).toEqual(["Sencha"]);
  expect(teas("not equal", "price", "12")).toEqual(["Assam", "Mint", "Oolong"]);
  expect(teas("empty", "price")).toEqual(["Mint"]);
  expect(teas("not empty", "price")).toHaveLength(3);
  expect(teas("containing", "tea", "ON")).toEqual(["Oolong"]);
});

test("sorts with empty cells last, cuts, and says how many there were", () => {
  const sorted = (descending: boolean, limit: number) =>
    query(table, { where: [], sort: { column: "price", descending }, limit });
  expect(sorted(false, 9).rows.map(([tea]) => tea)).toEqual(["Assam", "Oolong", "Sencha", "Mint"]);
  expect(sorted(true, 9).rows.map(([tea]) => tea)).toEqual(["Sencha", "Oolong", "Assam", "Mint"]);
  expect(sorted(true, 1)).toMatchObject({ total: 4, rows: [["Sencha", "12"]] });
});

test("a column that isn't there is named, with those that are", () => {
  expect(() => teas("empty", "cost")).toThrow('there is no column "cost"; there are tea, price');
});

test("Markdown keeps a cell in its cell", () => {
  expect(markdown({ columns: ["a|b"], rows: [["x\ny"]] })).toBe("| a\\|b |\n| --- |\n| x y |");
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCsv } from "../../../../skills/csv/src/parse.js";

const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

test("what is written with quotes is read back, whatever is in the cells", () => {
  const table = fc
    .integer({ min: 2, max: 5 })
    .chain((width) =>
      fc.array(fc.array(fc.string(), { minLength: width, maxLength: width }), { maxLength: 5 }),
    );
  fc.assert(
    fc.property(table, fc.constantFrom(",", ";", "\t"), fc.constantFrom("\n", "\r\n"), (rows, mark, eol) => {
      const names = (rows[0] ?? ["", ""]).map((_, i) => `c${i}`);
      const text = [names.join(mark), ...rows.map((row) => row.map(quote).join(mark))].join(eol);
      expect(parseCsv(text)).toEqual({ columns: names, rows });
    }),
  );
});

test.each([
  ["", /no line/],
  ["a,a\n1,2", /two columns have one name: a/],
  ["a,b\n1,2\n\n3", /line 4: 1 cells, where the first line has 2/],
  ['a,b\n"1,2\n', /line 2: a quote that doesn't end/],
])("%j is refused with its line", (text, problem) => {
  expect(() => parseCsv(text)).toThrow(problem);
});

test("a mark of byte order, blank lines and nameless columns", () => {
  expect(parseCsv('\u{FEFF}a,,c\r\n\r\n1,"2\n3",x"y\r\n')).toEqual({
    columns: ["a", "column 2", "c"],
    rows: [["1", "2\n3", 'x"y']],
  });
});

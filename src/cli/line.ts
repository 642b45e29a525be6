import { shownWhole } from "../protocol/shown.js";

/** How a piece of text stands out, on a terminal that shows colours. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow";

/** A piece of a line. Text of any origin may stand in it: it is escaped when it is rendered. */
export type Span = string | { readonly style: Style; readonly text: string };

/** One line for people. */
export type Line = string | readonly Span[];

const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

/** The text of a line, escaped, with its styles if `coloured`. */
export function renderLine(line: Line, coloured: boolean): string {
  const spans = typeof line === "string" ? [line] : line;
  return spans
    .map((span) => {
      if (typeof span === "string") return shownWhole(span);
      const text = shownWhole(span.text);
      return coloured && text !== "" ? `\x1b[${CODES[span.style]}m${text}\x1b[0m` : text;
    })
    .join("");
}

/** Rows as aligned columns, two spaces apart. The last column isn't padded. */
export function columns(rows: readonly (readonly Span[])[]): readonly Line[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) =>
    row.flatMap((cell, column) => {
      const gap = column === row.length - 1 ? "" : " ".repeat((widths[column] ?? 0) - widthOf(cell) + 2);
      return gap === "" ? [cell] : [cell, gap];
    }),
  );
}

/** A JSON value as indented lines. */
export function jsonLines(value: unknown): readonly Line[] {
  return JSON.stringify(value, null, 2).split("\n");
}

function widthOf(cell: Span): number {
  return [...shownWhole(typeof cell === "string" ? cell : cell.text)].length;
}

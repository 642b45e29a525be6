import { compare, type Kind, kindOf } from "./kinds.js";
import type { Table } from "./parse.js";

export type Column = {
  name: string;
  kind: Kind;
  /** How many cells are empty, and how many different texts the others hold. */
  empty: number;
  distinct: number;
  least?: string;
  greatest?: string;
  /** Of numbers. */
  sum?: number;
};

/** What is in each column of a table. */
export function describe({ columns, rows }: Table): Column[] {
  return columns.map((name, i) => {
    const cells = rows.map((row) => (row[i] ?? "").trim());
    const filled = cells.filter((cell) => cell !== "");
    const kind = kindOf(filled);
    const [least, greatest] = ends(filled, kind);
    return {
      name,
      kind,
      empty: cells.length - filled.length,
      distinct: new Set(filled).size,
      ...(least === undefined || greatest === undefined ? {} : { least, greatest }),
      ...(kind === "number" ? { sum: filled.reduce((sum, cell) => sum + Number(cell), 0) } : {}),
    };
  });
}

function ends(cells: readonly string[], kind: Kind): readonly [string | undefined, string | undefined] {
  let [least, greatest] = [cells[0], cells[0]];
  for (const cell of cells) {
    if (least === undefined || compare(kind, cell, least) < 0) least = cell;
    if (greatest === undefined || compare(kind, cell, greatest) > 0) greatest = cell;
  }
  return [least, greatest];
}

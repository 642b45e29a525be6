import { compare, kindOf } from "./kinds.js";
import type { Table } from "./parse.js";

export type Condition = {
  readonly column: string;
  readonly is: "equal" | "not equal" | "less" | "greater" | "containing" | "empty" | "not empty";
  readonly value: string;
};

export type Query = {
  readonly where: readonly Condition[];
  /** All where left out. */
  readonly columns?: readonly string[] | undefined;
  readonly sort?: { readonly column: string; readonly descending: boolean } | undefined;
  readonly limit: number;
};

/** The rows that meet every condition, sorted and cut, and how many there are before the cut. Throws Error. */
export function query(
  table: Table,
  { where, columns, sort, limit }: Query,
): Table & { readonly total: number } {
  const met = where.reduce((rows, condition) => rows.filter(testOf(table, condition)), [...table.rows]);
  const sorted = sort === undefined ? met : met.sort(orderOf(table, sort));
  const shown = (columns ?? table.columns).map((name) => placeOf(table, name));
  return {
    columns: shown.map((place) => table.columns[place] ?? ""),
    rows: sorted.slice(0, limit).map((row) => shown.map((place) => row[place] ?? "")),
    total: met.length,
  };
}

/** The table as Markdown, for whoever reads the answer. */
export function markdown({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll(/\s+/g, " ").replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

function testOf(table: Table, { column, is, value }: Condition): (row: readonly string[]) => boolean {
  const place = placeOf(table, column);
  const kind = kindOf([...table.rows.map((row) => row[place] ?? ""), value]);
  return (row) => {
    const cell = (row[place] ?? "").trim();
    switch (is) {
      case "empty":
        return cell === "";
      case "not empty":
        return cell !== "";
      case "containing":
        return cell.toLowerCase().includes(value.toLowerCase());
      case "equal":
        return compare(kind, cell, value) === 0;
      case "not equal":
        return compare(kind, cell, value) !== 0;
      case "less":
        return cell !== "" && compare(kind, cell, value) < 0;
      case "greater":
        return cell !== "" && compare(kind, cell, value) > 0;
    }
  };
}

function orderOf(table: Table, { column, descending }: NonNullable<Query["sort"]>) {
  const place = placeOf(table, column);
  const kind = kindOf(table.rows.map((row) => row[place] ?? ""));
  const cellOf = (row: readonly string[]) => row[place] ?? "";
  return (a: readonly string[], b: readonly string[]) => {
    const [left, right] = [cellOf(a), cellOf(b)];
    const isReversed = descending && left.trim() !== "" && right.trim() !== ""; // empty cells stay last
    return isReversed ? compare(kind, right, left) : compare(kind, left, right);
  };
}

function placeOf({ columns }: Table, name: string): number {
  const place = columns.indexOf(name);
  if (place < 0)
    throw new Error(`there is no column ${JSON.stringify(name)}; there are ${columns.join(", ")}`);
  return place;
}

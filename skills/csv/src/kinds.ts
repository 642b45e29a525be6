export type Kind = "number" | "date" | "text";

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** What all the cells of a column are that aren't empty; text where they differ or there is none. */
export function kindOf(cells: readonly string[]): Kind {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => cell !== "");
  if (filled.length === 0) return "text";
  if (filled.every((cell) => NUMBER.test(cell))) return "number";
  return filled.every((cell) => DATE.test(cell) && !Number.isNaN(Date.parse(cell))) ? "date" : "text";
}

/** Negative, zero or positive, as the kind has it; empty cells come last. */
export function compare(kind: Kind, a: string, b: string): number {
  const [left, right] = [a.trim(), b.trim()];
  if (left === "" || right === "") return Number(left === "") - Number(right === "");
  if (kind === "number") return Number(left) - Number(right);
  if (kind === "date") return Date.parse(left) - Date.parse(right);
  return left < right ? -1 : Number(left > right);
}

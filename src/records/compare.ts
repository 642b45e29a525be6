import type { Database } from "./driver.js";
import type { ProjectionName } from "./schema.js";

/** A row that one database has and the other hasn't: the record that it names. */
export type Difference = { readonly table: ProjectionName; readonly seq: number };

type Line = { readonly seq: number; readonly line: string };

/**
 * The first difference of a projection's rows for a Hall, by the seq of the record that they name. Rows are compared
 * as SQL literals, so that equal means the same value and the same SQL type.
 */
export function firstDifference(
  a: Database,
  b: Database,
  hall_id: string,
  table: ProjectionName,
  /** Where b has the table: in its file, or among those that it keeps for itself. */
  schema: "main" | "temp" = "main",
): Difference | undefined {
  const left = a.each<Line>(linesOf(a, "main", table), hall_id)[Symbol.iterator]();
  const right = b.each<Line>(linesOf(b, schema, table), hall_id)[Symbol.iterator]();
  for (;;) {
    const [x, y] = [left.next(), right.next()];
    if (x.done && y.done) return undefined;
    if (!x.done && !y.done && x.value.line === y.value.line) continue;
    const seqs = [x, y].flatMap((next) => (next.done ? [] : [Number(next.value.seq)]));
    left.return?.();
    right.return?.();
    return { table, seq: Math.min(...seqs) };
  }
}

function linesOf(db: Database, schema: "main" | "temp", table: ProjectionName): string {
  const columns = db.rows(`PRAGMA ${schema}.table_info(${table})`).map(({ name }) => `quote(${name})`);
  return `SELECT seq, ${columns.join(" || ',' || ")} AS line FROM ${schema}.${table} WHERE hall_id = ? ORDER BY seq, line`;
}

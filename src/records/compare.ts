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
  // An earlier version may lack columns, or the table: what it has is compared, and its shape is judged elsewhere.
  const columns = a.rows(`PRAGMA main.table_info(${table})`).map(({ name }) => `quote(${name})`);
  const left = rowsOf(a, columns.length === 0 ? undefined : `main.${table}`, columns, hall_id);
  const right = rowsOf(b, `${schema}.${table}`, columns, hall_id);
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

function rowsOf(
  db: Database,
  table: string | undefined,
  columns: readonly string[],
  hall_id: string,
): Iterator<Line> {
  if (table === undefined) return [][Symbol.iterator]();
  const line = ["''", ...columns].join(" || ',' || ");
  const sql = `SELECT seq, ${line} AS line FROM ${table} WHERE hall_id = ? ORDER BY seq, line`;
  return db.each<Line>(sql, hall_id)[Symbol.iterator]();
}

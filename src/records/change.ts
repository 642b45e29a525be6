import type { Statements } from "./driver.js";
import { RecordsError } from "./error.js";
import { changeHolds } from "./holdState.js";
import { inherit } from "./inherit.js";
import type { RowChange } from "./project.js";
import type { ProjectionName } from "./schema.js";
import { type Query, query, type Value } from "./sql.js";

type Row = Readonly<Record<string, Value>>;
type RowStatement = Query<Row, unknown>;

/**
 * Carries out a record's changes, in order. Only those of `tables`, when given.
 * Throws RecordsError REFUSED when a change that expects exactly one row finds another number.
 */
export function applyChanges(
  db: Statements,
  changes: readonly RowChange[],
  tables?: ReadonlySet<ProjectionName>,
): void {
  for (const change of changes) {
    if (tables === undefined || tables.has(change.table)) applyChange(db, change);
  }
}

function applyChange(db: Statements, change: RowChange): void {
  switch (change.op) {
    case "vote":
    case "supersede":
      changeHolds(db, change);
      return;
    case "inherit":
      inherit(db, change);
      return;
    case "insert":
      db.run(insertInto(change.table, change.row), change.row);
      return;
    case "delete":
      expectOne(
        db.run(deleteFrom(change.table, change.where), prefixed("where", change.where)),
        change.expect,
      );
      return;
    case "update": {
      const args = { ...prefixed("set", change.set), ...prefixed("where", change.where) };
      expectOne(db.run(updateOf(change.table, change.set, change.where), args), change.expect);
    }
  }
}

function expectOne(changed: number, otherwise: string | undefined): void {
  if (otherwise !== undefined && changed !== 1) throw new RecordsError("REFUSED", otherwise);
}

// A statement for each shape of change: the same few shapes come again and again.
const shapes = new Map<string, RowStatement>();

function insertInto(table: ProjectionName, row: Row): RowStatement {
  // A row has all of its table's columns, so the table alone names the shape.
  return shape(`insert ${table}`, () =>
    query<Row>()((db, args) => db.insertInto(table).values(pick(Object.keys(row), "", args) as never)),
  );
}

function deleteFrom(table: ProjectionName, where: Row): RowStatement {
  const columns = Object.keys(where);
  return shape(`delete ${table} ${columns}`, () =>
    query<Row>()((db, args) =>
      columns.reduce<Filtered>(
        (statement, column) => statement.where(column, "is", args[`where ${column}`]),
        db.deleteFrom(table) as unknown as Filtered,
      ),
    ),
  );
}

function updateOf(table: ProjectionName, set: Row, where: Row): RowStatement {
  const columns = Object.keys(where);
  const changed = Object.keys(set);
  return shape(`update ${table} ${changed} ${columns}`, () =>
    query<Row>()((db, args) =>
      columns.reduce<Filtered>(
        (statement, column) => statement.where(column, "is", args[`where ${column}`]),
        db.updateTable(table).set(pick(changed, "set ", args) as never) as unknown as Filtered,
      ),
    ),
  );
}

/** What a delete and an update have in common once table and columns are only known when running. */
type Filtered = {
  where(column: string, operator: "is", value: unknown): Filtered;
  compile(): never;
};

function shape(name: string, make: () => RowStatement): RowStatement {
  let statement = shapes.get(name);
  if (statement === undefined) {
    statement = make();
    shapes.set(name, statement);
  }
  return statement;
}

function pick(columns: readonly string[], prefix: string, args: Row): Row {
  return Object.fromEntries(columns.map((column) => [column, args[prefix + column] ?? null]));
}

function prefixed(prefix: string, row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [`${prefix} ${name}`, value]));
}

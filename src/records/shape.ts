import type { Database } from "./driver.js";
import { openScratch, versionOf } from "./migrations.js";

/**
 * The first table, index or trigger that isn't as the database's version makes it, in words: a trigger that is missing
 * or was planted is how rows get lost. Undefined when all are. Throws RecordsError NEWER_VERSION.
 */
export function oddShape(db: Database): string | undefined {
  const expected = expectedShape(versionOf(db));
  const found = shapeOf(db);
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    if (expected.get(name) !== found.get(name)) return `${name} isn't as this version makes it`;
  }
  return undefined;
}

type Shape = ReadonlyMap<unknown, unknown>;

const expectations = new Map<number, Shape>();

function expectedShape(version: number): Shape {
  let shape = expectations.get(version);
  if (shape === undefined) {
    const scratch = openScratch(":memory:", version);
    shape = shapeOf(scratch);
    scratch.close();
    expectations.set(version, shape);
  }
  return shape;
}

function shapeOf(db: Database): Shape {
  const schema =
    "SELECT type || ' ' || name AS name, sql FROM main.sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
  return new Map(db.rows(schema).map(({ name, sql }) => [name, sql]));
}

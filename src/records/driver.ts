import { closeSync, openSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from "@photostructure/sqlite";
import { RecordsError, sqliteResult, toRecordsError } from "./error.js";
import { Place, type Query, type Value } from "./sql.js";

/** Statements that kysely built. */
export type Statements = {
  get<Args, Row>(query: Query<Args, Row>, args: Args): Row | undefined;
  all<Args, Row>(query: Query<Args, Row>, args: Args): readonly Row[];
  /** How many rows changed. */
  run<Args, Row>(query: Query<Args, Row>, args: Args): number;
};

/** One synchronous connection. Every failure is a RecordsError. */
export type Database = Statements & {
  readonly readonly: boolean;
  readonly inMemory: boolean;
  /** The file's own tables, where a temporary one of the same name stands before them. */
  readonly main: Statements;
  /** Whether the path still names the file that was opened, as it does not once that was replaced or removed. */
  isInPlace(): boolean;
  /** A script of statements that are run once: definitions, pragmas. */
  exec(sql: string): void;
  /** One statement without arguments that comes again and again: BEGIN, SAVEPOINT, COMMIT. */
  step(sql: string): void;
  /** Rows of a statement that kysely has no words for (pragmas, sqlite_schema). */
  rows(sql: string, ...args: readonly Value[]): readonly Readonly<Record<string, Value>>[];
  /** The same, one row after the other. */
  each<Row>(sql: string, ...args: readonly Value[]): Iterable<Row>;
  inTransaction(): boolean;
  close(): void;
};

// The busy timeout blocks the event loop, so it only covers another process's ordinary commit;
// longer waits are the queue's, asynchronous.
const BUSY_MS = 5;

const PRAGMAS = ["synchronous = FULL", "secure_delete = ON", "trusted_schema = OFF", "cell_size_check = ON"];
/** What a process keeps for itself stays in its memory. */
const OWN_PRAGMAS = ["temp_store = MEMORY"];

/** Opens a database for reading and writing; a new file is made with mode 0600. */
export function openDatabase(file: string): Database {
  return guarded(`opening ${file}`, () => {
    if (!isNowhere(file)) closeSync(openSync(file, "a", 0o600));
    const place = placeOf(file);
    const db = connect(file, false);
    try {
      for (const pragma of PRAGMAS) db.exec(`PRAGMA ${pragma}`);
      return database(db, { readonly: false, inMemory: isNowhere(file), isInPlace: stillAt(file, place) });
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Opens a database for reading only, also where SQLite may not make the files that WAL needs. */
export function openReadOnly(file: string): Database {
  return guarded(`opening ${file} for reading`, () => {
    const place = placeOf(file); // before it is opened: one that is replaced in between then shows
    const kind = { readonly: true, inMemory: false, isInPlace: stillAt(file, place) };
    const db = connect(file, true);
    try {
      db.prepare("SELECT count(*) FROM sqlite_schema").get();
      return database(db, kind);
    } catch (error) {
      db.close();
      // In a directory that can't be written, a WAL database without its side files is read as it lies.
      if (!hasNoLog(file)) throw error;
      const frozen = connect(`${pathToFileURL(file).href}?immutable=1`, true);
      frozen.prepare("SELECT count(*) FROM sqlite_schema").get();
      return database(frozen, kind);
    }
  });
}

function connect(location: string, readOnly: boolean): DatabaseSyncInstance {
  const db = new DatabaseSync(location, {
    readOnly,
    timeout: BUSY_MS,
    defensive: true,
    enableForeignKeyConstraints: false,
  });
  for (const pragma of OWN_PRAGMAS) db.exec(`PRAGMA ${pragma}`);
  return db;
}

type Inode = { readonly dev: number; readonly ino: number } | undefined;

function placeOf(file: string): Inode {
  return isNowhere(file) ? undefined : statSync(file, { throwIfNoEntry: false });
}

function stillAt(file: string, opened: Inode): () => boolean {
  return () => {
    const now = guarded(`looking for ${file}`, () => placeOf(file));
    return now?.ino === opened?.ino && now?.dev === opened?.dev;
  };
}

function hasNoLog(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

function guarded<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toRecordsError(error, doing);
  }
}

/** In memory, or in a file without a name that goes with the connection. */
function isNowhere(file: string): boolean {
  return file === "" || file === ":memory:";
}

type Kind = Pick<Database, "readonly" | "inMemory" | "isInPlace">;

function database(db: DatabaseSyncInstance, kind: Kind): Database {
  const prepared = new Map<string, StatementSyncInstance>();
  const statement = (sql: string): StatementSyncInstance => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const made = db.prepare(sql);
    prepared.set(sql, made);
    return made;
  };
  const use = <T>(work: () => T): T => {
    if (!db.isOpen) throw new RecordsError("UNAVAILABLE", "the store is closed");
    return guarded("the ledger's database", work);
  };
  const bound = <Args, Row>(
    query: Query<Args, Row>,
    args: Args,
    schema?: "main",
  ): [StatementSyncInstance, Value[]] => {
    const { sql, places } = query.compiled(schema);
    const given = args as Readonly<Record<string, Value>>;
    return [
      statement(sql),
      places.map((place) => (place instanceof Place ? (given[place.argument] ?? null) : place)),
    ];
  };
  const statements = (schema?: "main"): Statements => ({
    get: (query, args) =>
      use(() => {
        const [prepared, values] = bound(query, args, schema);
        return prepared.get(...values);
      }),
    all: (query, args) =>
      use(() => {
        const [prepared, values] = bound(query, args, schema);
        return prepared.all(...values);
      }),
    run: (query, args) =>
      use(() => {
        const [prepared, values] = bound(query, args, schema);
        return prepared.run(...values).changes;
      }),
  });
  return {
    ...kind,
    ...statements(),
    main: statements("main"),
    exec: (sql) => use(() => db.exec(sql)),
    step: (sql) => use(() => void statement(sql).run()),
    rows: (sql, ...args) => use(() => statement(sql).all(...args)),
    each: (sql, ...args) => iterate(use, db, sql, args),
    inTransaction: () => db.isOpen && db.isTransaction,
    close: () => {
      if (!db.isOpen) return;
      prepared.clear();
      if (!kind.readonly) checkpoint(db);
      db.close();
    },
  };
}

/** A statement of its own for each walk: two may go on at once. */
function* iterate<Row>(
  use: <T>(work: () => T) => T,
  db: DatabaseSyncInstance,
  sql: string,
  args: readonly Value[],
): Generator<Row> {
  const rows: Iterator<Row> = use(() => db.prepare(sql).iterate(...args));
  try {
    for (let next = use(() => rows.next()); !next.done; next = use(() => rows.next())) yield next.value;
  } finally {
    rows.return?.();
  }
}

/** The driver keeps statements alive past close(), so SQLite's own last checkpoint may not run; this is it. */
function checkpoint(db: DatabaseSyncInstance): void {
  try {
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    if (sqliteResult(error) === undefined) throw error; // busy or full: the log stays and is read next time
  }
}

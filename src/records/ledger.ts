import { signHead } from "../evidence/commit.js";
import type { Signer } from "../evidence/ed25519.js";
import { RecordError } from "../evidence/members.js";
import type { Head } from "../protocol/outcome.js";
import { type Deciding, openDeciding } from "./deciding.js";
import type { Database } from "./driver.js";
import { type RecordsCode, RecordsError, toRecordsError } from "./error.js";
import { type Cursor, checkCursor, readCursor } from "./heads.js";
import { inTransaction } from "./inTransaction.js";
import type { Settled } from "./queue.js";
import { oddShape } from "./shape.js";
import { query } from "./sql.js";
import { type OpenTx, openTx, type TxParts } from "./transaction.js";
import { MAX_WITNESS_BYTES, type Witness, type WitnessTail } from "./witnessFile.js";

/** Work inside a transaction. It must be synchronous: nothing may wait while the lock is held. */
export type Job = (open: OpenTx) => unknown;

/** A job's value with the signed head that covers it; null where no Hall has begun. */
export type Committed<T> = { readonly value: T; readonly head: Head | null };

export type LedgerParts = TxParts & {
  readonly db: Database;
  readonly signer: Signer;
  readonly witness: Witness;
  /** The Hall that is open, once there is one. */
  readonly hallId: () => string | null;
};

export type Ledger = {
  /**
   * Runs jobs in one transaction, one signature and one witness line. A job that throws is undone alone. Throws
   * when nothing was committed (RecordsError), or WITNESS when it was but nothing may be acknowledged.
   */
  commit(jobs: readonly Job[]): readonly Settled[];
  /**
   * Brings this process up to what others wrote and checks it, inside a transaction of the caller's. `news` are the
   * witness's, read before that began; only under the write lock may they be read here. Throws as `commit` does, or
   * RecordError.
   */
  check(hall_id: string | null, news?: WitnessTail): void;
  /** Where the ledger stands, checked anew whenever anything changed. Throws RecordsError. */
  look(): Cursor | undefined;
  /**
   * Why nothing is written or run any more: files that were replaced, a witness that has seen more, records or a
   * schema that aren't whole. It stays until the home is opened again, since what was read before may be wrong, too.
   */
  problem(): RecordsError | null;
  readonly deciding: Deciding;
};

/** The write path of one process (formats.md, Writing). */
export function makeLedger(parts: LedgerParts): Ledger {
  const { db, signer, witness, hallId } = parts;
  /** What this process last wrote or checked. */
  let known: Cursor | undefined;
  /** The witness lacks a line, ends in a torn one or has grown long: the next commit replaces it first. */
  let isWitnessDue = false;
  /** The database's own counters when it was last looked at. */
  let seen: { readonly data: unknown; readonly schema: unknown } = { data: undefined, schema: undefined };
  let problem: RecordsError | null = null;
  const deciding = openDeciding(db);

  function checkPlace(): void {
    if (!db.isInPlace())
      throw new RecordsError(
        "UNAVAILABLE",
        "the database file was replaced or removed while it was open: end this process, and run hall audit verify",
      );
  }

  function checkSchema(): void {
    const schema = counterOf(db, "schema_version");
    if (schema === seen.schema) return;
    const odd = oddShape(db);
    if (odd !== undefined) throw new RecordsError("UNAVAILABLE", `${odd}: run hall audit verify`);
    seen = { ...seen, schema };
  }

  /**
   * Where the ledger stands, checked if anything changed. In a transaction; which Hall is open is found before that
   * reads, or under the write lock: the witness may name one that began since.
   */
  function trusted(hall_id: string | null, news: WitnessTail | undefined): Cursor | undefined {
    checkSchema();
    if (hall_id === null) return undefined;
    const stored = readCursor(db, hall_id);
    if (stored === undefined)
      throw new RecordsError("UNAVAILABLE", "the ledger's head is missing: run hall audit verify");
    const isKnown = known !== undefined && isSame(stored, known) && deciding.progress().size === known.size;
    if (isKnown && news === undefined) return known;
    const cursor = isKnown ? stored : caughtUp(stored);
    checkCursor(db, cursor, known, news?.heads ?? []);
    known = cursor;
    if (news !== undefined) {
      isWitnessDue ||= news.isTorn || news.bytes > MAX_WITNESS_BYTES;
      witness.took(news);
    }
    return cursor;
  }

  /** What the rows say of epoch and policy counts nothing; the records do. */
  function caughtUp(stored: Cursor): Cursor {
    deciding.catchUp(stored.hall_id, stored.size);
    const { epoch } = deciding.progress();
    return { ...(readCursor(db, stored.hall_id) ?? stored), epoch };
  }

  function look(): Cursor | undefined {
    if (problem !== null || db.inTransaction()) return known;
    return guarded(() => {
      checkPlace();
      const data = counterOf(db, "data_version");
      const news = witness.news();
      const isStill = data === seen.data && news === undefined;
      if (isStill && known !== undefined) return known;
      const hall_id = hallId();
      const cursor = inTransaction(db, "DEFERRED", () => trusted(hall_id, news));
      seen = { ...seen, data };
      return cursor;
    });
  }

  /** Remembers what was found wrong with the records, as against what was only in the way for now. */
  function guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const failure = toRecordsError(error, "reading the ledger");
      const isFound =
        error instanceof RecordError || (LASTING.has(failure.code) && failure.cause === undefined);
      if (isFound) problem ??= failure;
      throw failure;
    }
  }

  function commit(jobs: readonly Job[]): readonly Settled[] {
    if (problem !== null) throw problem;
    guarded(checkPlace);
    db.step("BEGIN IMMEDIATE");
    let head: Head | null = null;
    let hasGrown = false;
    let settled: readonly Settled[];
    try {
      const start = guarded(() => trusted(hallId(), witness.news()));
      if (start !== undefined && start.key_id !== signer.key) {
        throw new RecordsError("UNAVAILABLE", `this home's ledger key isn't the Hall's, ${start.key_id}`);
      }
      if (isWitnessDue && start !== undefined) {
        witnessed(BEFORE, () => witness.replace(start));
        isWitnessDue = false;
      }
      const open = openTx(parts, start);
      settled = jobs.map((job) => runJob(db, open, job));
      open.isOver = true;
      const { cursor } = open;
      hasGrown = cursor !== undefined && cursor.size > (start?.size ?? 0);
      const end = cursor !== undefined && hasGrown ? { ...cursor, ...signHead(cursor, signer) } : cursor;
      if (end !== undefined && hasGrown) {
        db.run(storeHead, end);
        deciding.reached(end);
      }
      db.step("COMMIT");
      known = end;
      head = end === undefined ? null : headOf(end);
    } catch (error) {
      if (db.inTransaction()) db.step("ROLLBACK");
      throw toRecordsError(error, "writing the ledger");
    }
    if (hasGrown && head !== null) {
      isWitnessDue = true; // stands when the append throws
      isWitnessDue = witnessed(AFTER, () => witness.append(head)) > MAX_WITNESS_BYTES;
    }
    return settled.map((outcome) =>
      "error" in outcome ? outcome : { value: { value: outcome.value, head } satisfies Committed<unknown> },
    );
  }

  return {
    commit,
    check: (hall_id, news = witness.news()) => void trusted(hall_id, news),
    look,
    problem: () => problem,
    deciding,
  };
}

/** Codes of what waiting doesn't mend. */
const LASTING: ReadonlySet<RecordsCode> = new Set(["UNAVAILABLE", "LOST", "NEWER_VERSION"]);

function counterOf(db: Database, pragma: "data_version" | "schema_version"): unknown {
  return db.rows(`PRAGMA ${pragma}`)[0]?.[pragma];
}

// What a commit that the witness stops has come to (formats.md, The witness).
const BEFORE = "Nothing was recorded";
const AFTER =
  "It is recorded and stays: an order, install or vote is in force, a call doesn't run and becomes abandoned. But it can't be acknowledged";

function witnessed<T>(otherwise: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, message } = toRecordsError(error, "the witness");
    throw new RecordsError(code, `${otherwise}: ${message}`, { cause: error });
  }
}

function runJob(db: Database, open: OpenTx, job: Job): Settled {
  const before = open.cursor;
  db.step("SAVEPOINT job");
  try {
    const value = job(open);
    if (open.failure !== undefined) throw open.failure;
    if (value instanceof Promise) throw new TypeError("a job must be synchronous: it returned a promise");
    db.step("RELEASE job");
    return { value };
  } catch (error) {
    if (!db.inTransaction()) throw error; // SQLite undid everything: a full disk, a failed write
    db.step("ROLLBACK TO job");
    db.step("RELEASE job");
    open.cursor = before;
    open.failure = undefined;
    return { error };
  }
}

function isSame(a: Cursor, b: Cursor): boolean {
  return (
    a.size === b.size &&
    a.head === b.head &&
    a.signature === b.signature &&
    a.at === b.at &&
    a.epoch === b.epoch
  );
}

function headOf({ hall_id, size, head, key_id, signature }: Cursor): Head {
  return { hall_id, size, head, key_id, signature };
}

const storeHead = query<Cursor>()((db, { hall_id, size, head, at, epoch, key_id, signature }) =>
  db
    .insertInto("heads")
    .values({ hall_id, size, head, at, epoch, key_id, signature })
    .onConflict((conflict) =>
      conflict.column("hall_id").doUpdateSet({ size, head, at, epoch, key_id, signature }),
    ),
);

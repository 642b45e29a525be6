import { signHead } from "../evidence/commit.js";
import type { Signer } from "../evidence/ed25519.js";
import type { Head } from "../protocol/outcome.js";
import type { Database } from "./driver.js";
import { RecordsError, toRecordsError } from "./error.js";
import { type Cursor, checkCursor, readCursor } from "./heads.js";
import type { Settled } from "./queue.js";
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
   * Checks the stored head, if it isn't what this process wrote or checked last, inside a transaction of the caller's.
   * Only under the write lock may `tail` be left out. Throws as `commit` does, or RecordError.
   */
  check(tail?: WitnessTail): void;
};

/** The write path of one process (formats.md, Writing). */
export function makeLedger(parts: LedgerParts): Ledger {
  const { db, signer, witness, hallId } = parts;
  /** What this process last wrote or checked. */
  let known: Cursor | undefined;
  /** The witness lacks a line, ends in a torn one or has grown long: the next commit replaces it first. */
  let isWitnessDue = false;

  /** Where the ledger stands, read and if need be checked under the lock. */
  function trusted(tail?: WitnessTail): Cursor | undefined {
    const hall_id = hallId();
    if (hall_id === null) return undefined;
    const cursor = readCursor(db, hall_id);
    if (cursor === undefined)
      throw new RecordsError("UNAVAILABLE", "the ledger's head is missing: run hall audit verify");
    if (known !== undefined && isSame(cursor, known)) return known;
    const { heads, isTorn, bytes } = tail ?? witness.tail();
    checkCursor(db, cursor, known, heads);
    isWitnessDue ||= isTorn || bytes > MAX_WITNESS_BYTES;
    known = cursor;
    return cursor;
  }

  function commit(jobs: readonly Job[]): readonly Settled[] {
    db.step("BEGIN IMMEDIATE");
    let head: Head | null = null;
    let hasGrown = false;
    let settled: readonly Settled[];
    try {
      const start = trusted();
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
      if (end !== undefined && hasGrown) db.run(storeHead, end);
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

  return { commit, check: (tail) => void trusted(tail) };
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

import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { type Clock, timestamp } from "../protocol/clock.js";
import { type Database, openDatabase, openReadOnly } from "./driver.js";
import { RecordsError, toRecordsError } from "./error.js";
import { hallsIn } from "./heads.js";
import { inTransaction } from "./inTransaction.js";
import type { Ledger } from "./ledger.js";
import { checkNotLost } from "./lost.js";
import { migrate, versionOf } from "./migrations.js";
import { closeOpenings, hasStaleOpenings } from "./openings.js";
import { checkWhole } from "./whole.js";
import type { Witness } from "./witnessFile.js";

const OPEN_MS = 5000;

/**
 * Opens a home's database with this version's schema; one that can't be written is opened for reading. Throws
 * RecordsError: LOST, NEWER_VERSION, READ_ONLY (nothing there, and nothing can be made), FULL, UNAVAILABLE.
 */
export async function openHome(file: string, witness: Witness, readonly: boolean): Promise<Database> {
  checkNotLost(file, witness);
  if (readonly) return openToRead(file);
  let db: Database | undefined;
  try {
    const writable = await patiently(() => openDatabase(file)); // its pragmas take locks too
    db = writable;
    await patiently(() => migrate(writable));
    return writable;
  } catch (error) {
    db?.close();
    const { code } = toRecordsError(error, `opening ${file}`);
    if (code !== "READ_ONLY" && code !== "UNAVAILABLE") throw error;
    try {
      return openToRead(file);
    } catch {
      throw error; // what stood in the way first says more
    }
  }
}

/** Opens a database as it lies. Throws RecordsError: NEWER_VERSION, READ_ONLY (nothing was made in it yet), UNAVAILABLE. */
export function openToRead(file: string): Database {
  const db = openReadOnly(file);
  try {
    if (versionOf(db) === 0)
      throw new RecordsError("READ_ONLY", `${file} has no tables, and is opened for reading only`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Tries again, at random short pauses, while another process holds the lock. Throws BUSY after five seconds. */
export async function patiently<T>(work: () => T): Promise<T> {
  const until = performance.now() + OPEN_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      const failure = toRecordsError(error, "opening the ledger");
      if (failure.code !== "BUSY" || performance.now() > until) throw failure;
      await pause(randomInt(1, 20));
    }
  }
}

/**
 * The Hall that is open: the one that the witness names, so that another database in this one's place shows; without
 * a witness the only one there is; null when none has begun. Throws RecordsError UNAVAILABLE.
 */
export function findHall(db: Database, witness: Witness): string | null {
  const named = lastNamed(witness); // first: a Hall that begins between the two reads is then in the database
  const halls = hallsIn(db);
  if (named !== undefined) {
    if (halls.includes(named)) return named;
    throw new RecordsError(
      "UNAVAILABLE",
      `the witness names Hall ${named}, which this database lacks: is it another home's, or an old copy?`,
    );
  }
  if (halls.length > 1) {
    throw new RecordsError(
      "UNAVAILABLE",
      `the database holds ${halls.length} Halls, and no witness says which one is open`,
    );
  }
  return halls[0] ?? null;
}

/** A damaged witness names nobody; it stops writing when the head is checked against it. */
function lastNamed(witness: Witness): string | undefined {
  try {
    return witness.tail().heads.at(-1)?.hall_id;
  } catch {
    return undefined;
  }
}

/** How a home was found when it was opened. */
export type Settled = {
  /** Why nothing may be written, or null. */
  readonly problem: RecordsError | null;
  /** What wasn't as the records say, and is now. */
  readonly repaired: readonly string[];
};

/**
 * Makes a home ready: checks that it is whole, reads the records that decide, checks the head, puts the tables right
 * that aren't what the records say, drops arguments of holds that have ended. Throws RecordsError BUSY.
 */
export async function settleHome(home: {
  readonly db: Database;
  readonly ledger: Ledger;
  readonly witness: Witness;
  readonly hall: string | null;
  readonly clock: Clock;
}): Promise<Settled> {
  const { db, ledger, witness, hall, clock } = home;
  const { deciding } = ledger;
  const readOnly = db.readonly ? new RecordsError("READ_ONLY", "the home can't be written") : null;
  const asItWas: Settled = { problem: readOnly, repaired: [] };
  const now = timestamp(clock());
  try {
    const news = witness.tail();
    const look = (): boolean => {
      ledger.check(hall, news);
      if (hall === null) return true;
      checkWhole(db, hall);
      const [different] = deciding.differences(hall);
      if (different !== undefined && db.readonly) {
        throw new RecordsError("UNAVAILABLE", `${different} isn't what the records say`);
      }
      return db.readonly || (different === undefined && !hasStaleOpenings(db, hall, now));
    };
    const isSettled = await patiently(() => inTransaction(db, "DEFERRED", look));
    if (isSettled || hall === null) return asItWas;
    const repaired = await patiently(() =>
      inTransaction(db, "IMMEDIATE", () => {
        ledger.check(hall);
        const different = deciding.differences(hall);
        if (different.length > 0) deciding.repair(hall);
        closeOpenings(db, hall, now);
        return different;
      }),
    );
    return { problem: null, repaired };
  } catch (error) {
    const problem = toRecordsError(error, "opening the ledger");
    if (problem.code === "BUSY") throw problem;
    deciding.giveUp(); // what the file's own tables say is shown instead; nothing is decided by it
    return { ...asItWas, problem };
  }
}

import type { VerifyResult } from "../evidence/verify.js";
import { type Clock, timestamp } from "../protocol/clock.js";
import { RecordsError } from "./error.js";
import { findHall, openToRead, patiently } from "./home.js";
import { missedDatabase } from "./lost.js";
import { notWhole, verifyHome } from "./verify.js";
import { openWitness } from "./witnessFile.js";

/**
 * Verifies a home's records as its files lie. Nothing is opened for writing, so what a store would put right when it
 * is opened is found, and stays as it is; no key is needed. What can't be read is a finding, too. Throws RecordsError
 * NEWER_VERSION and BUSY, which say nothing about the records.
 */
export async function verifyFiles(home: {
  readonly file: string;
  readonly witness: string;
  readonly clock: Clock;
}): Promise<VerifyResult> {
  const { file, clock } = home;
  const witness = openWitness(home.witness);
  try {
    const missed = missedDatabase(file, witness);
    if (missed !== undefined) return notWhole(0, `it is missing: ${missed}`);
    const db = await patiently(() => openToRead(file));
    try {
      const hall_id = await patiently(() => findHall(db, witness));
      return verifyHome({ db, witness, hall_id, now: timestamp(clock()) });
    } finally {
      db.close();
    }
  } catch (error) {
    if (!(error instanceof RecordsError) || error.code === "NEWER_VERSION" || error.code === "BUSY")
      throw error;
    return notWhole(null, error.message);
  } finally {
    witness.close();
  }
}

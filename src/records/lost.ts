import { statSync } from "node:fs";
import { RecordsError, toRecordsError } from "./error.js";
import type { Witness } from "./witnessFile.js";

/**
 * Which database is missed, in words: the witness has lines, and the file that held their Hall is gone or empty.
 * Undefined when none is. The witness is looked at first, since a Hall that begins has a database before it has a witness.
 */
export function missedDatabase(file: string, witness: Witness): string | undefined {
  const seen = whatWasSeen(witness);
  if (seen === undefined) return undefined;
  const bytes = sizeOf(file);
  if (bytes !== undefined && bytes > 0) return undefined;
  return `the witness has seen ${seen}, and its database, ${file}, is ${bytes === 0 ? "empty" : "gone"}`;
}

/** Refuses to begin anything in a lost database's place. Throws RecordsError LOST, which says what helps. */
export function checkNotLost(file: string, witness: Witness): void {
  const missed = missedDatabase(file, witness);
  if (missed === undefined) return;
  throw new RecordsError(
    "LOST",
    `${missed}. Put it back, or name its place with HALL_DB_PATH. Where no copy is left: keep the witness for auditors under another name, and begin a new Hall with hall apply.`,
  );
}

function sizeOf(file: string): number | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size;
  } catch (error) {
    throw toRecordsError(error, `looking for ${file}`);
  }
}

/** Damaged lines don't say how much; that there are some says enough. */
function whatWasSeen(witness: Witness): string | undefined {
  try {
    const { heads, bytes } = witness.tail();
    if (bytes === 0) return undefined;
    const last = heads.at(-1);
    return last === undefined ? "a Hall" : `${last.size} records of Hall ${last.hall_id}`;
  } catch {
    return "a Hall";
  }
}

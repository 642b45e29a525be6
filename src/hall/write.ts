import type { Committed } from "../records/ledger.js";
import type { Store } from "../records/store.js";
import type { Tx } from "../records/transaction.js";
import { within } from "./ask.js";

/** How long a commit may take (formats.md, Numbers). */
const COMMIT_MS = 5_000;

/**
 * Writes to the ledger within a commit's time. One that isn't done by then is withdrawn and counts as failed: nothing
 * that waits on it runs or is acknowledged.
 */
export async function writeWithin<T>(store: Pick<Store, "write">, job: (tx: Tx) => T): Promise<Committed<T>> {
  const withdrawal = new AbortController();
  try {
    return await within(COMMIT_MS, store.write(job, { signal: withdrawal.signal }));
  } catch (error) {
    withdrawal.abort();
    throw error;
  }
}

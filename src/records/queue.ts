import { randomInt } from "node:crypto";
import { RecordsError, toRecordsError } from "./error.js";

/** How long a job may wait for the lock when nobody says (formats.md, Numbers: commit 5 s). */
export const COMMIT_MS = 5000;

/** What came of one job of a batch. */
export type Settled = { readonly value: unknown } | { readonly error: unknown };

export type Waiting = {
  /** Milliseconds from now. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
};

/** Jobs that wait for the write lock, and share it: whatever waits when the lock is had goes into one commit. */
export type Queue<Job> = {
  add(job: Job, waiting?: Waiting): Promise<unknown>;
  /** Refuses what still waits. */
  close(): void;
};

const MAX_BATCH = 256;
const MAX_PAUSE_MS = 20;

/**
 * Makes a queue over `commit`, a synchronous function that runs a batch in one transaction and says what came of
 * each job. It throws BUSY when the lock isn't to be had, and is then tried again after a random pause until each
 * job's time is up; any other error is every job's of the batch.
 */
export function makeQueue<Job>(commit: (jobs: readonly Job[]) => readonly Settled[]): Queue<Job> {
  let entries: Entry<Job>[] = [];
  let isDue = false;
  let attempts = 0;

  const settle = (settled: readonly Entry<Job>[], outcome: (entry: Entry<Job>, i: number) => void): void => {
    const gone = new Set(settled);
    entries = entries.filter((entry) => !gone.has(entry));
    settled.forEach((entry, i) => {
      entry.release();
      outcome(entry, i);
    });
  };

  const flush = (): void => {
    isDue = false;
    const now = performance.now();
    settle(
      entries.filter(({ until }) => until <= now),
      (entry) =>
        entry.reject(
          new RecordsError("BUSY", "other processes held the ledger until the call's time was up"),
        ),
    );
    const batch = entries.slice(0, MAX_BATCH);
    if (batch.length === 0) return;
    try {
      const outcomes = commit(batch.map(({ job }) => job));
      settle(batch, (entry, i) => {
        const outcome = outcomes[i] ?? { error: new RecordsError("UNAVAILABLE", "the commit lost a job") };
        if ("error" in outcome) entry.reject(outcome.error);
        else entry.resolve(outcome.value);
      });
      attempts = 0;
    } catch (thrown) {
      const error = toRecordsError(thrown, "writing the ledger");
      if (error.code === "BUSY") {
        attempts++;
        isDue = true;
        setTimeout(flush, randomInt(1, Math.min(MAX_PAUSE_MS, 2 + attempts * 2)));
        return;
      }
      settle(batch, (entry) => entry.reject(error));
    }
    schedule();
  };

  // Not at once: all that the event loop brings in this turn shares the commit.
  const schedule = (): void => {
    if (isDue || entries.length === 0) return;
    isDue = true;
    setImmediate(flush);
  };

  return {
    add: (job, { timeout = COMMIT_MS, signal } = {}) =>
      new Promise((resolve, reject) => {
        const cancel = (): void =>
          settle([entry], () => reject(new RecordsError("CANCELLED", "the caller gave up")));
        const release = (): void => signal?.removeEventListener("abort", cancel);
        const entry: Entry<Job> = { job, until: performance.now() + timeout, resolve, reject, release };
        if (signal?.aborted) return cancel();
        signal?.addEventListener("abort", cancel, { once: true });
        entries.push(entry);
        schedule();
      }),
    close() {
      settle(entries, (entry) => entry.reject(new RecordsError("UNAVAILABLE", "the store was closed")));
    },
  };
}

type Entry<Job> = {
  readonly job: Job;
  readonly until: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Stops listening for the caller's signal. */
  readonly release: () => void;
};

import type { PolicyDocument } from "../evidence/policy.js";
import { type Clock, timestamp } from "../protocol/clock.js";
import { getPolicy } from "./documents.js";
import type { Database } from "./driver.js";
import type { RecordsError } from "./error.js";
import { type Cursor, readCursor } from "./heads.js";
import { type Install, installsOf } from "./installs.js";
import type { Ledger } from "./ledger.js";
import { type StandingEntry, standingOf } from "./standing.js";

/** Where the ledger stands, as the database says now. */
export type StoreState = {
  /** null while no Hall has begun; then the rest is empty too. */
  readonly hall_id: string | null;
  readonly epoch: number;
  readonly policy_digest: string | null;
  readonly last_order: string | null;
  readonly size: number;
  readonly head: string | null;
  readonly at: string | null;
  /** The time that a record written now would have. */
  readonly now: string;
  /** `behind`: the clock is more than five minutes before the last record. Orders are still written. */
  readonly clock: "ok" | "behind";
  /** Why nothing can be written, as was found at opening or since. Once there is one, it stays. */
  readonly problem: RecordsError | null;
};

export type ViewParts = {
  readonly db: Database;
  readonly clock: Clock;
  readonly hallId: () => string | null;
  readonly ledger: Ledger;
  /** As was found at opening. */
  readonly problem: RecordsError | null;
};

/** What a process reads again and again, read anew only when somebody wrote. */
export type View = {
  state(): StoreState;
  dataVersion(): number;
  policy(hall_id: string): { readonly policy_digest: string; readonly document: PolicyDocument } | null;
  standing(hall_id: string): ReadonlyMap<string, readonly StandingEntry[]>;
  installs(hall_id: string): readonly Install[];
  /** To be called after own writes, which PRAGMA data_version doesn't count. */
  forget(): void;
};

const CLOCK_BEHIND_MS = 5 * 60 * 1000;

export function makeView({ db, clock, hallId, ledger, problem }: ViewParts): View {
  let version = 0;
  let seen: unknown;
  /** Of a ledger that was damaged when it was opened: shown, and nothing decided by it. */
  let damaged: { readonly of: number; readonly value: Cursor | undefined } | undefined;
  const isDamaged = problem !== null && problem.code !== "READ_ONLY";

  function dataVersion(): number {
    const stored = db.rows("PRAGMA data_version")[0]?.["data_version"];
    if (stored !== seen) version++;
    seen = stored;
    return version;
  }

  function cursorNow(): Cursor | undefined {
    if (!isDamaged) return lookAgain();
    const of = dataVersion();
    if (damaged?.of !== of) {
      const hall_id = hallId();
      damaged = { of, value: hall_id === null ? undefined : readCursor(db, hall_id) };
    }
    return damaged.value;
  }

  /** What is found wrong now is the state's problem; only what is in the way for now is thrown. */
  function lookAgain(): Cursor | undefined {
    try {
      return ledger.look();
    } catch (error) {
      if (ledger.problem() === null) throw error;
      return ledger.look();
    }
  }

  // Standing and installs change only with the epoch, the policy only with its digest.
  const standing = remembered((hall_id) => standingOf(db, hall_id));
  const installs = remembered((hall_id) => installsOf(db, hall_id));
  const document = remembered((hall_id, policy_digest: string) => getPolicy(db, hall_id, policy_digest));
  const epoch = (): number => cursorNow()?.epoch ?? -1;

  return {
    dataVersion,
    state() {
      const now = clock();
      const found = cursorNow();
      const at = found?.at ?? null;
      const isBehind = at !== null && now < Date.parse(at) - CLOCK_BEHIND_MS;
      const time = timestamp(now);
      return {
        hall_id: found?.hall_id ?? null,
        epoch: found?.epoch ?? 0,
        policy_digest: found?.policy_digest ?? null,
        last_order: found?.last_order ?? null,
        size: found?.size ?? 0,
        head: found?.head ?? null,
        at,
        now: at !== null && at > time ? at : time,
        clock: isBehind ? "behind" : "ok",
        problem: problem ?? ledger.problem(),
      };
    },
    policy(hall_id) {
      const policy_digest = cursorNow()?.policy_digest ?? null;
      return policy_digest === null ? null : { policy_digest, document: document(hall_id, policy_digest) };
    },
    standing: (hall_id) => standing(hall_id, epoch()),
    installs: (hall_id) => installs(hall_id, epoch()),
    forget() {
      version++;
    },
  };
}

/** Remembers the last answer for as long as Hall and key are the same. */
function remembered<Key, Value>(
  read: (hall_id: string, key: Key) => Value,
): (hall_id: string, key: Key) => Value {
  let last: { readonly hall_id: string; readonly key: Key; readonly value: Value } | undefined;
  return (hall_id, key) => {
    if (last === undefined || last.hall_id !== hall_id || last.key !== key) {
      last = { hall_id, key, value: read(hall_id, key) };
    }
    return last.value;
  };
}

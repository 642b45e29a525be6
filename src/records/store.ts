import { randomBytes } from "node:crypto";
import type { Signer } from "../evidence/ed25519.js";
import type { PolicyDocument } from "../evidence/policy.js";
import type { HoldKey } from "../evidence/request.js";
import type { VerifyResult } from "../evidence/verify.js";
import type { Clock } from "../protocol/clock.js";
import type { ForeignDefinition } from "../protocol/foreign.js";
import { findDefinition, getDocument } from "./documents.js";
import { type Draft, type DraftKind, type Prepared, prepareDraft } from "./draft.js";
import { toRecordsError } from "./error.js";
import { keysInForce } from "./heads.js";
import {
  type HeldEntry,
  type HeldWhole,
  type HoldFilter,
  holdOf,
  holdsOf,
  listHolds,
  type OpenHold,
} from "./holds.js";
import { findHall, openHome, patiently, settleHome } from "./home.js";
import type { Install } from "./installs.js";
import { type Committed, type Job, type Ledger, makeLedger } from "./ledger.js";
import { type Pin, pinOf } from "./pins.js";
import { type OpenCallRow, openCallsOf, queryRecords, type RecordFilter, type RecordRow } from "./query.js";
import { COMMIT_MS, makeQueue } from "./queue.js";
import type { StandingEntry } from "./standing.js";
import type { Appended, Beginning, OpenTx, Tx } from "./transaction.js";
import { verifyHome } from "./verify.js";
import { makeView, type StoreState, type ViewParts } from "./view.js";
import { openWitness, type Witness } from "./witnessFile.js";

export type StoreOptions = {
  /** Path, or ":memory:". */
  readonly file: string;
  /** Path of the witness file; null for a ledger in memory. */
  readonly witness: string | null;
  readonly ledgerKey: Signer;
  readonly clock: Clock;
  /** Source of salts; tests bring their own. */
  readonly random?: (bytes: number) => Uint8Array;
  readonly readonly?: boolean;
};

export type WriteOptions = {
  /** By the store's clock, in milliseconds; five seconds when left out. */
  readonly deadline?: number;
  readonly signal?: AbortSignal;
};

/** What a home remembers. Reads are synchronous and cheap; every write goes through one queue. */
export type Store = {
  /**
   * What wasn't as the records say when this store was opened, and was put right then: somebody, or a damaged disk,
   * changed it. To be told to the operator, once.
   */
  readonly repaired: readonly string[];
  begin(beginning: Beginning): Promise<Committed<Appended>>;
  state(): StoreState;
  /** Changes whenever anybody wrote. */
  dataVersion(): number;
  policy(): { readonly policy_digest: string; readonly document: PolicyDocument } | null;
  /** What stands against these subjects; one that isn't in the answer is active. */
  standing(subjects: readonly string[]): ReadonlyMap<string, readonly StandingEntry[]>;
  /** Everything that isn't active, for lists. */
  allStanding(): readonly StandingEntry[];
  installs(): readonly Install[];
  /** The pinned definition of a foreign tool. */
  pinOf(skill_id: string, tool: string): Pin | undefined;
  /** A document's bytes by H(bytes), if they are kept and whole. */
  document(digest: string): Uint8Array | undefined;
  /** The definition of a foreign tool that was pinned or refused here, by its definition_digest. */
  definition(definition_digest: string): ForeignDefinition | undefined;
  /** The operator keys in force. */
  operatorKeys(): readonly string[];
  holdsOf(holder: HoldKey): readonly OpenHold[];
  hold(approval_id: string): HeldWhole | undefined;
  holds(filter?: HoldFilter): readonly HeldEntry[];
  /** Makes bytes and commitment of a record before the lock. */
  prepare<K extends DraftKind>(draft: Draft<K>): Prepared<K>;
  /**
   * Runs `job` under the write lock, in one commit with whatever else waits. Resolves when the commit is on disk and
   * the witness has its line. Rejects with what the job threw, or RecordsError.
   */
  write<T>(job: (tx: Tx) => T, options?: WriteOptions): Promise<Committed<T>>;
  query(filter?: RecordFilter): readonly RecordRow[];
  openCalls(): readonly OpenCallRow[];
  /** Of the records as they lie now; `verifyFiles` is for those that nobody has opened and put right before. */
  verify(): VerifyResult;
  close(): void;
};

/**
 * Opens a home's records, making the file where there is none and no witness of one, and rebuilds what decides from
 * the records; `repaired` says what that changed. A ledger that is damaged opens too, so that it can be read and
 * verified: then `state().problem` says what is off, and nothing is written. Throws RecordsError.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { clock, random = randomBytes } = options;
  const witness = openWitness(options.witness);
  const db = await openHome(options.file, witness, options.readonly ?? false);
  try {
    let hall = await patiently(() => findHall(db, witness));
    const hallId = (): string | null => {
      hall ??= findHall(db, witness);
      return hall;
    };
    const ledger = makeLedger({ db, signer: options.ledgerKey, witness, clock, random, hallId });
    const settled = await settleHome({ db, ledger, witness, hall, clock });
    return makeStore({
      db,
      ledger,
      witness,
      clock,
      random,
      hallId,
      ...settled,
      ledgerKey: options.ledgerKey.key,
    });
  } catch (error) {
    db.close();
    throw toRecordsError(error, `opening ${options.file}`);
  }
}

type StoreParts = ViewParts & {
  readonly repaired: readonly string[];
  readonly ledger: Ledger;
  readonly witness: Witness;
  readonly random: (bytes: number) => Uint8Array;
  readonly ledgerKey: string;
};

function makeStore(parts: StoreParts): Store {
  const { db, ledger, witness, clock, random, hallId, problem, ledgerKey } = parts;
  const view = makeView(parts);
  const queue = makeQueue<Job>((jobs) => {
    try {
      return ledger.commit(jobs);
    } finally {
      view.forget();
    }
  });

  const enqueue = async <T>(
    job: (open: OpenTx) => T,
    { deadline, signal }: WriteOptions = {},
  ): Promise<Committed<T>> => {
    const stopped = problem ?? ledger.problem();
    if (stopped !== null) throw stopped;
    const committed = await queue.add(job, {
      timeout: deadline === undefined ? COMMIT_MS : deadline - clock(),
      ...(signal === undefined ? {} : { signal }),
    });
    return committed as Committed<T>; // what makeLedger promises of every job
  };

  /** Reads of a Hall that has begun; before that there is nothing to read. */
  const read = <T>(otherwise: T, work: (hall_id: string) => T): T => {
    const hall_id = hallId();
    if (hall_id === null) return otherwise;
    try {
      return work(hall_id);
    } catch (error) {
      throw toRecordsError(error, "reading the records");
    }
  };

  return {
    repaired: parts.repaired,
    begin: (beginning) => enqueue((open) => open.begin(beginning, ledgerKey)),
    write: (job, options) => enqueue((open) => job(open.tx), options),
    state: view.state,
    dataVersion: view.dataVersion,
    policy: () => read(null, view.policy),
    standing: (subjects) => read(NONE, (hall_id) => pick(view.standing(hall_id), subjects)),
    allStanding: () => read([], (hall_id) => [...view.standing(hall_id).values()].flat()),
    installs: () => read([], view.installs),
    pinOf(skill_id, tool) {
      view.state(); // as of now
      return read(undefined, (hall_id) => pinOf(db, hall_id, skill_id, tool));
    },
    document: (digest) => read(undefined, (hall_id) => getDocument(db, hall_id, digest)),
    definition: (digest) => read(undefined, (hall_id) => findDefinition(db, hall_id, digest)),
    operatorKeys: () => {
      view.state(); // as of now
      return read([], (hall_id) => keysInForce(db, hall_id, "operator"));
    },
    holdsOf: (holder) => read([], (hall_id) => holdsOf(db, hall_id, holder, view.state().now)),
    hold: (approval_id) => read(undefined, (hall_id) => holdOf(db, hall_id, approval_id, view.state().now)),
    holds: (filter = {}) => read([], (hall_id) => listHolds(db, hall_id, filter, view.state().now)),
    prepare(draft) {
      const { policy_digest, epoch } = view.state();
      return prepareDraft(draft, { policy_digest, standing_epoch: epoch }, random);
    },
    query: (filter = {}) => read([], (hall_id) => queryRecords(db, hall_id, filter)),
    openCalls: () => read([], (hall_id) => openCallsOf(db, hall_id)),
    verify: () => verifyHome({ db, witness, hall_id: hallId(), now: view.state().now }),
    close() {
      queue.close();
      witness.close();
      db.close();
    },
  };
}

const NONE: ReadonlyMap<string, readonly StandingEntry[]> = new Map();

function pick<T>(all: ReadonlyMap<string, T>, names: readonly string[]): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const name of names) {
    const value = all.get(name);
    if (value !== undefined) found.set(name, value);
  }
  return found;
}

import { type Body, parseBody } from "../evidence/body.js";
import { commitment } from "../evidence/commitment.js";
import { type Continues, makeGenesis } from "../evidence/genesis.js";
import { FIRST_PREV, type Header, leafOf, makeHeader, type RecordKind } from "../evidence/record.js";
import { type HoldKey, type HoldRequest, parseRequest } from "../evidence/request.js";
import { type Clock, timestamp } from "../protocol/clock.js";
import { applyChanges } from "./change.js";
import { DECIDING } from "./deciding.js";
import { putDocument } from "./documents.js";
import {
  type Draft,
  type DraftKind,
  isCurrent,
  movedIn,
  type Prepared,
  prepareDraft,
  refusing,
} from "./draft.js";
import type { Database } from "./driver.js";
import { RecordsError } from "./error.js";
import type { Cursor } from "./heads.js";
import { countOpenHolds, type HeldWhole, holdOf, holdsOf, type OpenHold } from "./holds.js";
import { type Install, installsOf } from "./installs.js";
import { judge } from "./judge.js";
import { closeOpenings, keepOpening, keepSalt } from "./openings.js";
import { type Pin, pinOf } from "./pins.js";
import { EPOCH_KINDS, project, type RowChange } from "./project.js";
import { newRecordId } from "./recordId.js";
import type { Projections } from "./schema.js";
import { query } from "./sql.js";
import { type StandingEntry, standingOf } from "./standing.js";

/** A record's name and place. */
export type Appended = { readonly record_id: string; readonly seq: number; readonly at: string };

/** Where the ledger stands inside a transaction; `now` is the time that a record written now would have. */
export type TxState = Cursor & { readonly now: string };

/** The ledger under the write lock. Everything is synchronous and is undone when the job throws. */
export type Tx = {
  readonly state: TxState;
  /** Throws RecordsError MOVED (see Draft), REFUSED (the record wouldn't verify). */
  append<K extends DraftKind>(record: Draft<K> | Prepared<K>): Appended;
  /** A hold with what its commitment opens to; `bytes` are the arguments as JCS. */
  openHold(hold: {
    readonly draft: Draft<"hold">;
    readonly salt: Uint8Array;
    readonly bytes: Uint8Array;
  }): Appended;
  /** Keeps policy documents, catalogues, skill.json and definitions of foreign tools; returns H(bytes). */
  putDocument(bytes: Uint8Array): string;
  /** Keeps the salt of a commitment to arguments or a result, so that whoever has the bytes can prove them later. */
  keepSalt(commitment: string, salt: Uint8Array): void;
  hold(approval_id: string): HeldWhole | undefined;
  holdsOf(holder: HoldKey): readonly OpenHold[];
  countOpenHolds(caller: { readonly tenant_id: string; readonly agent: string }): number;
  installs(): readonly Install[];
  pinOf(skill_id: string, tool: string): Pin | undefined;
  standing(): ReadonlyMap<string, readonly StandingEntry[]>;
  /** Ends this job alone, with RecordsError REFUSED. */
  refuse(reason: string): never;
};

export type TxParts = {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: (bytes: number) => Uint8Array;
};

/** How a Hall begins. */
export type Beginning = { readonly continues: Continues | null; readonly operator_keys: readonly string[] };

/** A transaction in the making. The ledger puts `cursor` back when a job is undone, and ends it with `isOver`. */
export type OpenTx = {
  readonly tx: Tx;
  /** undefined while no Hall has begun. */
  cursor: Cursor | undefined;
  isOver: boolean;
  /** Why the job that runs must be undone, even if it goes on. */
  failure: unknown;
  begin(beginning: Beginning, ledgerKey: string): Appended;
};

/** Opens the ledger's words for the jobs of one transaction, which the caller has begun in the database. */
export function openTx({ db, clock, random }: TxParts, start: Cursor | undefined): OpenTx {
  const open: OpenTx = { tx: makeTx(), cursor: start, isOver: false, failure: undefined, begin };
  return open;

  function cursorNow(): Cursor {
    if (open.isOver)
      throw new RecordsError("UNAVAILABLE", "the transaction is over: use its words inside the job only");
    if (open.cursor === undefined)
      throw new RecordsError("UNAVAILABLE", "no Hall has begun here: run hall apply");
    return open.cursor;
  }

  function timeNow(): string {
    const at = timestamp(clock());
    const last = open.cursor?.at ?? at;
    return at > last ? at : last;
  }

  function makeTx(): Tx {
    const id = (): string => cursorNow().hall_id;
    return {
      get state() {
        return { ...cursorNow(), now: timeNow() };
      },
      append,
      openHold,
      putDocument: (bytes) => putDocument(db, id(), bytes),
      keepSalt: (commitment, salt) => whole(() => keepSalt(db, { hall_id: id(), commitment, salt })),
      hold: (approval_id) => holdOf(db, id(), approval_id, timeNow()),
      holdsOf: (holder) => holdsOf(db, id(), holder, timeNow()),
      countOpenHolds: (caller) => countOpenHolds(db, { hall_id: id(), ...caller, now: timeNow() }),
      installs: () => installsOf(db, id()),
      pinOf: (skill_id, tool) => pinOf(db, id(), skill_id, tool),
      standing: () => standingOf(db, id()),
      refuse: (reason) => {
        throw new RecordsError("REFUSED", reason);
      },
    };
  }

  function append<K extends DraftKind>(record: Draft<K> | Prepared<K>): Appended {
    const cursor = cursorNow();
    const context = { policy_digest: cursor.policy_digest, standing_epoch: cursor.epoch };
    const draft = "draft" in record ? record.draft : record;
    const moved = movedIn(draft, context);
    if (moved !== undefined) throw new RecordsError("MOVED", `${moved} isn't what it was: gather again`);
    const isReady = "draft" in record && isCurrent(record, context);
    const prepared = isReady ? record : prepareDraft(draft, context, random);
    const { kind, parent_id = null, record_id = newRecordId(clock()) } = draft;
    const { hall_id, size: seq, head: prev } = cursor;
    const at = timeOf(prepared.body);
    const { salt, bytes, commitment: body } = prepared;
    return refusing(kind, () => {
      const header = { v: 1, hall_id, seq, prev, record_id, at, kind, parent_id, body } as const;
      judge(db, cursor, header, prepared);
      write(cursor, header, salt, bytes, prepared.body);
      return { record_id, seq, at };
    });
  }

  /** A decision is never recorded at a time before the one that it was decided by. */
  function timeOf(body: object): string {
    const decided = "now" in body && typeof body.now === "string" ? body.now : "";
    const now = timeNow();
    return decided > now ? decided : now;
  }

  function openHold({ draft, salt, bytes }: Parameters<Tx["openHold"]>[0]): Appended {
    const { hall_id } = cursorNow();
    const request: HoldRequest = refusing("hold", () => parseRequest(draft.body.request));
    if (commitment("arguments", bytes, salt) !== request.arguments) {
      throw new RecordsError("REFUSED", "hold: these bytes and salt aren't what its request commits to");
    }
    const appended = append(draft);
    whole(() => keepOpening(db, { hall_id, commitment: request.arguments, salt, bytes }));
    return appended;
  }

  function begin({ continues, operator_keys }: Beginning, ledgerKey: string): Appended {
    if (open.cursor !== undefined) throw new RecordsError("REFUSED", "a Hall has begun here already");
    return refusing("genesis", () => {
      const nonce = random(32);
      const { body, hall_id } = makeGenesis({ continues, ledger_key: ledgerKey, nonce, operator_keys });
      const salt = random(32);
      const at = timeNow();
      const record_id = newRecordId(clock());
      const committed = commitment("body", body, salt);
      const kind = "genesis";
      const header = {
        v: 1,
        hall_id,
        seq: 0,
        prev: FIRST_PREV,
        record_id,
        at,
        kind,
        parent_id: null,
      } as const;
      write(NOTHING, { ...header, body: committed }, salt, body, parseBody("genesis", body));
      return { record_id, seq: 0, at };
    });
  }

  /** Adds the record and brings projections and cursor to where it leaves them. */
  function write(before: Cursor, header: NewHeader, salt: Uint8Array, bytes: Uint8Array, body: Body): void {
    const { hall_id, seq, at } = header;
    const made = makeHeader(header);
    const leaf = leafOf(made);
    const changes = project(header, body);
    whole(() => {
      db.run(insertRecord, { hall_id, seq, leaf, header: made, salt, body: bytes });
      applyChanges(db, changes);
      applyChanges(db.main, changes, DECIDING); // the file's own copy of what decides
      if (changes.some(({ table }) => table === "holds")) closeOpenings(db, hall_id, at);
    });
    const ordered = orderIn(changes);
    open.cursor = {
      ...before,
      hall_id,
      size: seq + 1,
      head: leaf,
      at,
      epoch: EPOCH_KINDS.has(header.kind) ? seq : before.epoch,
      policy_digest: ordered?.policy_digest ?? before.policy_digest,
      last_order: ordered?.record_id ?? before.last_order,
    };
  }

  /** Several changes that stand or fall together: a job that goes on after their failure is undone all the same. */
  function whole(changes: () => void): void {
    try {
      changes();
    } catch (error) {
      open.failure = error;
      throw error;
    }
  }
}

type NewHeader = Header & { readonly kind: RecordKind };

function orderIn(changes: readonly RowChange[]): Projections["orders"] | undefined {
  for (const change of changes) {
    if (change.op === "insert" && change.table === "orders") return change.row;
  }
  return undefined;
}

const NOTHING: Cursor = {
  hall_id: "",
  size: 0,
  head: FIRST_PREV,
  key_id: "",
  signature: "",
  at: "",
  epoch: 0,
  policy_digest: null,
  last_order: null,
};

const insertRecord = query<{
  readonly hall_id: string;
  readonly seq: number;
  readonly leaf: string;
  readonly header: Uint8Array;
  readonly salt: Uint8Array;
  readonly body: Uint8Array;
}>()((db, { hall_id, seq, leaf, header, salt, body }) =>
  db.insertInto("ledger").values({ hall_id, seq, leaf, header, salt, body }),
);

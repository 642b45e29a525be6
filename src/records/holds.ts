import type { ExpressionBuilder, Kysely } from "kysely";
import { parseBody } from "../evidence/body.js";
import type { HeldCall } from "../evidence/fold.js";
import type { RecordedApproval } from "../evidence/grant.js";
import { RecordError } from "../evidence/members.js";
import { type HoldKey, type HoldRequest, holdKeyText } from "../evidence/request.js";
import type { Database } from "./driver.js";
import type { HoldRowState, Tables } from "./schema.js";
import { query } from "./sql.js";

/** What a hold's row says at a time. Whether its votes hold is checkGrant's to say. */
export type HoldState = HoldRowState | "expired";

/** A hold as lists show it. */
export type HeldEntry = {
  readonly approval_id: string;
  readonly record_id: string;
  readonly request: HoldRequest;
  readonly state: HoldState;
  readonly granted_at: string | null;
  /** End of the hold while it is pending, of the grant once it is granted. Exclusive. */
  readonly ends_at: string;
};

/** One of a caller's holds, with the salt that its arguments are tried with. */
export type OpenHold = HeldEntry & { readonly salt: Uint8Array };

/** A hold with all that was said to it. */
export type HeldWhole = HeldEntry & {
  readonly salt: Uint8Array | null;
  /** The arguments as JCS, while the hold is open. */
  readonly arguments_bytes: Uint8Array | null;
  readonly approvals: readonly (RecordedApproval & { readonly record_id: string })[];
};

export type HoldFilter = {
  /** States at `now`; every state when left out. */
  readonly states?: readonly HoldState[];
  readonly tenant_id?: string;
  readonly agent?: string;
};

/**
 * A caller's holds for one tool and policy that have not ended at `now`, oldest first (formats.md, "A hold belongs to").
 * Open are `pending` and `granted`; a `refused` one stands here until it would have ended, so that a retry hears of it.
 */
export function holdsOf(db: Database, hall_id: string, holder: HoldKey, now: string): readonly OpenHold[] {
  return db.all(ofHolder, { hall_id, holder: holdKeyText(holder), now }).flatMap((row) => {
    const { salt } = row;
    return salt === null ? [] : [{ ...entryOf(row, now), salt }];
  });
}

/** How many holds of a caller are open at `now`. */
export function countOpenHolds(
  db: Database,
  caller: {
    readonly hall_id: string;
    readonly tenant_id: string;
    readonly agent: string;
    readonly now: string;
  },
): number {
  return db.get(openCount, caller)?.open ?? 0;
}

/** A hold by its approval_id, whole. */
export function holdOf(
  db: Database,
  hall_id: string,
  approval_id: string,
  now: string,
): HeldWhole | undefined {
  const row = db.get(byId, { hall_id, approval_id });
  if (row === undefined) return undefined;
  const approvals = db.all(approvalsOf, { hall_id, approval_id }).map(({ record_id, at, body }) => {
    if (body === null) throw new RecordError(`approval ${record_id}: its body is missing`);
    const { vote, confirmed_via, declined_via } = parseBody("approval", body);
    return { record_id, at, vote, confirmed_via, declined_via };
  });
  return { ...entryOf(row, now), salt: row.salt, arguments_bytes: row.bytes, approvals };
}

/** The holds that fit, all of them, oldest first. */
export function listHolds(
  db: Database,
  hall_id: string,
  filter: HoldFilter,
  now: string,
): readonly HeldEntry[] {
  const { tenant_id = null, agent = null } = filter;
  const list = query<Filter>()((kysely, args) => {
    const rows = heldRows(kysely, args.hall_id).orderBy("holds.seq");
    const ofTenant = tenant_id === null ? rows : rows.where("holds.tenant_id", "=", args.tenant_id);
    const ofAgent = agent === null ? ofTenant : ofTenant.where("holds.agent", "=", args.agent);
    const { states } = filter;
    return states === undefined
      ? ofAgent
      : ofAgent.where((eb) => eb.or(states.map((state) => isInState(eb, state, args.now))));
  });
  return db.all(list, { hall_id, tenant_id, agent: agent ?? "", now }).map((row) => entryOf(row, now));
}

/** A hold as the verifier's fold keeps it. */
export function heldCall(hold: HeldWhole): HeldCall {
  const { record_id, request, approvals, state } = hold;
  return { record_id, request, approvals: [...approvals], used: state === "used" };
}

type HeldRow = {
  readonly approval_id: string;
  readonly record_id: string;
  readonly state: HoldRowState;
  readonly granted_at: string | null;
  readonly ends_at: string;
  readonly body: Uint8Array | null;
};

function entryOf(row: HeldRow, now: string): HeldEntry {
  const { approval_id, record_id, granted_at, ends_at, body } = row;
  if (body === null) throw new RecordError(`hold ${approval_id}: its record has no body`);
  const { request } = parseBody("hold", body);
  return { approval_id, record_id, request, state: stateAt(row, now), granted_at, ends_at };
}

function stateAt({ state, ends_at }: HeldRow, now: string): HoldState {
  return isOpenState(state) && ends_at <= now ? "expired" : state;
}

function isOpenState(state: HoldRowState): boolean {
  return OPEN_STATES.includes(state);
}

/** States of a hold that can still come to a call, until it ends. */
export const OPEN_STATES: readonly HoldRowState[] = ["pending", "granted"];

type Filter = {
  readonly hall_id: string;
  readonly tenant_id: string | null;
  readonly agent: string;
  readonly now: string;
};

function isInState(eb: ExpressionBuilder<Tables, "holds">, state: HoldState, now: string) {
  if (state === "expired")
    return eb.and([eb("holds.state", "in", OPEN_STATES), eb("holds.ends_at", "<=", now)]);
  const is = eb("holds.state", "=", state);
  return isOpenState(state) ? eb.and([is, eb("holds.ends_at", ">", now)]) : is;
}

/** Holds with their records' bodies. */
function heldRows(db: Kysely<Tables>, hall_id: string) {
  return db
    .selectFrom("holds")
    .innerJoin("ledger", (join) =>
      join.onRef("ledger.hall_id", "=", "holds.hall_id").onRef("ledger.seq", "=", "holds.seq"),
    )
    .select([
      "holds.approval_id",
      "holds.record_id",
      "holds.state",
      "holds.granted_at",
      "holds.ends_at",
      "ledger.body",
    ])
    .where("holds.hall_id", "=", hall_id);
}

/** The same with what their arguments open to. */
function openedRows(db: Kysely<Tables>, hall_id: string) {
  return heldRows(db, hall_id)
    .leftJoin("openings", (join) =>
      join
        .onRef("openings.hall_id", "=", "holds.hall_id")
        .onRef("openings.commitment", "=", "holds.arguments"),
    )
    .select(["openings.salt", "openings.bytes"]);
}

const ofHolder = query<{ readonly hall_id: string; readonly holder: string; readonly now: string }>()(
  (db, { hall_id, holder, now }) =>
    openedRows(db, hall_id)
      .where("holds.holder", "=", holder)
      .where("holds.ends_at", ">", now)
      .where("holds.state", "in", [...OPEN_STATES, "refused"])
      .orderBy("holds.seq"),
);

const openCount = query<{
  readonly hall_id: string;
  readonly tenant_id: string;
  readonly agent: string;
  readonly now: string;
}>()((db, { hall_id, tenant_id, agent, now }) =>
  db
    .selectFrom("holds")
    .select((eb) => eb.fn.countAll<number>().as("open"))
    .where("hall_id", "=", hall_id)
    .where("state", "in", OPEN_STATES)
    .where("ends_at", ">", now)
    .where("tenant_id", "=", tenant_id)
    .where("agent", "=", agent),
);

type Named = { readonly hall_id: string; readonly approval_id: string };

const byId = query<Named>()((db, { hall_id, approval_id }) =>
  openedRows(db, hall_id).where("holds.approval_id", "=", approval_id),
);

const approvalsOf = query<Named>()((db, { hall_id, approval_id }) =>
  db
    .selectFrom("approvals")
    .innerJoin("ledger", (join) =>
      join.onRef("ledger.hall_id", "=", "approvals.hall_id").onRef("ledger.seq", "=", "approvals.seq"),
    )
    .select(["approvals.record_id", "approvals.at", "ledger.body"])
    .where("approvals.hall_id", "=", hall_id)
    .where("approvals.approval_id", "=", approval_id)
    .orderBy("approvals.seq"),
);

import { type Kysely, sql } from "kysely";
import type { Database } from "./driver.js";
import { OPEN_STATES } from "./holds.js";
import type { Tables } from "./schema.js";
import { query } from "./sql.js";

/** Drops the arguments of holds that are no longer open at `now`; their salts stay (formats.md, Holds and grants). */
export function closeOpenings(db: Database, hall_id: string, now: string): void {
  db.run(dropBytes, { hall_id, now });
}

/** Whether closeOpenings would drop anything. */
export function hasStaleOpenings(db: Database, hall_id: string, now: string): boolean {
  return db.get(stale, { hall_id, now }) !== undefined;
}

/** Keeps the salt of a commitment whose bytes are the caller's to keep. One that is kept already stays as it is. */
export function keepSalt(
  db: Database,
  opening: { readonly hall_id: string; readonly commitment: string; readonly salt: Uint8Array },
): void {
  db.run(addSalt, opening);
}

/** The commitment of a salt that no record's arguments or result have, if there is one. */
export function straySalt(db: Database, hall_id: string): string | undefined {
  return db.get(stray, { hall_id })?.commitment;
}

/** The first record whose arguments or result have no salt. */
export function missingSalt(db: Database, hall_id: string): number | undefined {
  return db.get(missing, { hall_id })?.seq;
}

/** Keeps what a hold's commitment opens to. */
export function keepOpening(
  db: Database,
  opening: {
    readonly hall_id: string;
    readonly commitment: string;
    readonly salt: Uint8Array;
    readonly bytes: Uint8Array;
  },
): void {
  db.run(addOpening, opening);
}

const dropBytes = query<{ readonly hall_id: string; readonly now: string }>()((db, { hall_id, now }) =>
  db
    .updateTable("openings")
    .set({ bytes: null })
    .where("hall_id", "=", hall_id)
    .where("bytes", "is not", null)
    .where("commitment", "not in", openArguments(db, hall_id, now)),
);

const stale = query<{ readonly hall_id: string; readonly now: string }>()((db, { hall_id, now }) =>
  db
    .selectFrom("openings")
    .select("commitment")
    .where("hall_id", "=", hall_id)
    .where("bytes", "is not", null)
    .where("commitment", "not in", openArguments(db, hall_id, now))
    .limit(1),
);

function openArguments(db: Kysely<Tables>, hall_id: string, now: string) {
  return db
    .selectFrom("holds")
    .select("arguments")
    .where("hall_id", "=", hall_id)
    .where("state", "in", OPEN_STATES)
    .where("ends_at", ">", now);
}

const addOpening = query<{
  readonly hall_id: string;
  readonly commitment: string;
  readonly salt: Uint8Array;
  readonly bytes: Uint8Array;
}>()((db, { hall_id, commitment, salt, bytes }) =>
  db.insertInto("openings").values({ hall_id, commitment, salt, bytes }),
);

const addSalt = query<{
  readonly hall_id: string;
  readonly commitment: string;
  readonly salt: Uint8Array;
}>()((db, { hall_id, commitment, salt }) =>
  db
    .insertInto("openings")
    .values({ hall_id, commitment, salt, bytes: null })
    .onConflict((conflict) => conflict.doNothing()),
);

/** What the records commit to beside their bodies: arguments of decisions and holds, results of receipts. */
function committed(db: Kysely<Tables>, hall_id: string) {
  return db
    .selectFrom("records")
    .innerJoin("ledger", (join) =>
      join.onRef("ledger.hall_id", "=", "records.hall_id").onRef("ledger.seq", "=", "records.seq"),
    )
    .select(["ledger.seq", commitmentIn().as("commitment")])
    .where("records.hall_id", "=", hall_id)
    .where("ledger.body", "is not", null);
}

// Bodies are blobs, which SQLite's JSON functions would read as JSONB: hence the casts. Other kinds needn't be JSON.
function commitmentIn() {
  return sql<string | null>`CASE records.kind
    WHEN 'decision' THEN json_extract(CAST(ledger.body AS TEXT), '$.route_input.request.arguments')
    WHEN 'hold' THEN json_extract(CAST(ledger.body AS TEXT), '$.request.arguments')
    WHEN 'receipt' THEN json_extract(CAST(ledger.body AS TEXT), '$.result') END`;
}

const stray = query<{ readonly hall_id: string }>()((db, { hall_id }) =>
  db
    .selectFrom("openings")
    .select("commitment")
    .where("hall_id", "=", hall_id)
    .where(
      "commitment",
      "not in",
      db
        .selectFrom(committed(db, hall_id).as("committed"))
        .select(({ ref }) => ref("commitment").$castTo<string>().as("commitment"))
        .where("commitment", "is not", null),
    )
    .orderBy("commitment")
    .limit(1),
);

const missing = query<{ readonly hall_id: string }>()((db, { hall_id }) =>
  db
    .selectFrom(committed(db, hall_id).as("committed"))
    .select("seq")
    .where("commitment", "is not", null)
    .where(
      "commitment",
      "not in",
      db.selectFrom("openings").select("commitment").where("hall_id", "=", hall_id),
    )
    .orderBy("seq")
    .limit(1),
);

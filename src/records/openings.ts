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

/** A salt that no record's arguments or result have, if there is one. */
export function straySalt(db: Database, hall_id: string): string | undefined {
  return db.get(stray, { hall_id })?.commitment;
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

// Bodies are blobs, whose JSON functions would read them as JSONB: hence the casts.
const stray = query<{ readonly hall_id: string }>()((db, { hall_id }) =>
  db
    .selectFrom("openings")
    .select("commitment")
    .where("hall_id", "=", hall_id)
    .where(
      "commitment",
      "not in",
      sql<string>`(
        SELECT coalesce(
          json_extract(CAST(body AS TEXT), '$.route_input.request.arguments'),
          json_extract(CAST(body AS TEXT), '$.request.arguments'),
          json_extract(CAST(body AS TEXT), '$.result'),
          '')
        FROM ledger WHERE hall_id = ${hall_id} AND body IS NOT NULL)`,
    )
    .limit(1),
);

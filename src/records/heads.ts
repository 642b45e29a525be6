import { checkHead } from "../evidence/commit.js";
import { leafOf, parseHeader } from "../evidence/record.js";
import type { Head } from "../protocol/outcome.js";
import type { Database } from "./driver.js";
import { RecordsError } from "./error.js";
import { query } from "./sql.js";

/** Where a ledger stands: what the next record must follow. */
export type Cursor = Head & {
  readonly at: string;
  readonly epoch: number;
  readonly policy_digest: string | null;
  readonly last_order: string | null;
};

/** The stored head with the policy and order in force, in one read; undefined when the Hall has no signed head. */
export function readCursor(db: Database, hall_id: string): Cursor | undefined {
  return db.get(cursorOf, { hall_id });
}

/** The Halls of which this database holds a head, or a record (the least and greatest: a scan would cost a second). */
export function hallsIn(db: Database): readonly string[] {
  const signed = db.all(halls, {}).map(({ hall_id }) => hall_id);
  const recorded = db.get(recordedHalls, {});
  const found = new Set([...signed, recorded?.least, recorded?.greatest]);
  return [...found].filter((hall_id) => typeof hall_id === "string");
}

/** Keys in force for a role. */
export function keysInForce(db: Database, hall_id: string, role: "ledger" | "operator"): readonly string[] {
  return db.all(keysOf, { hall_id, role }).map(({ key }) => key);
}

/**
 * Checks a stored head that this process neither wrote nor checked before (formats.md, Writing): its signature,
 * that the last record is its head, that the ledger is no shorter than `known` or the witness, and still the same
 * up to there. `witnessed` are the witness's last lines, read under the write lock or before what is read here began:
 * a line read later may be about a later record. Throws RecordsError UNAVAILABLE with what is off; RecordError for bytes that aren't what they must be.
 */
export function checkCursor(
  db: Database,
  cursor: Cursor,
  known: Head | undefined,
  witnessed: readonly Head[],
): void {
  const { hall_id, size } = cursor;
  const [ledgerKey] = keysInForce(db, hall_id, "ledger");
  insist(ledgerKey !== undefined && checkHead(cursor, ledgerKey), "its signature isn't the ledger key's");
  const last = db.get(lastRecord, { hall_id });
  insist(last?.seq === size - 1 && last !== undefined, "it doesn't count the records that are there");
  insist(last.leaf === cursor.head && leafOf(last.header) === cursor.head, "it isn't the last record's");
  insist(parseHeader(last.header).at === cursor.at, "its time isn't the last record's");
  if (known !== undefined)
    insist(isOnChain(db, cursor, known), "this process has seen another ledger or a longer one");
  const lines = witnessed.filter((line) => line.hall_id === hall_id);
  for (const line of lines)
    insist(isOnChain(db, cursor, line), "the witness has seen another ledger or a longer one");
  const line = newest(lines);
  insist(
    line === undefined || line.signature === cursor.signature || checkHead(line, ledgerKey),
    "the witness has a line that isn't signed",
  );
}

function isOnChain(db: Database, cursor: Cursor, seen: Head): boolean {
  const { hall_id, size } = cursor;
  return seen.size <= size && db.get(leafAt, { hall_id, seq: seen.size - 1 })?.leaf === seen.head;
}

/** The line of the greatest size near the witness's end: lines of processes that race may change places. */
function newest(lines: readonly Head[]): Head | undefined {
  return [...lines].sort((a, b) => b.size - a.size)[0];
}

function insist(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new RecordsError("UNAVAILABLE", `the ledger's head: ${problem}: run hall audit verify`);
}

const cursorOf = query<{ readonly hall_id: string }>()((db, { hall_id }) =>
  db
    .selectFrom("heads")
    .select(["hall_id", "size", "head", "key_id", "signature", "at", "epoch"])
    .select((eb) => [
      eb
        .selectFrom("orders")
        .select("policy_digest")
        .whereRef("orders.hall_id", "=", "heads.hall_id")
        .where("policy_digest", "is not", null)
        .orderBy("seq", "desc")
        .limit(1)
        .as("policy_digest"),
      eb
        .selectFrom("orders")
        .select("record_id")
        .whereRef("orders.hall_id", "=", "heads.hall_id")
        .orderBy("seq", "desc")
        .limit(1)
        .as("last_order"),
    ])
    .where("hall_id", "=", hall_id),
);

const halls = query<Record<never, never>>()((db) => db.selectFrom("heads").select("hall_id"));

const recordedHalls = query<Record<never, never>>()((db) =>
  db.selectNoFrom((eb) => [
    eb.selectFrom("ledger").select("hall_id").orderBy("hall_id").limit(1).as("least"),
    eb.selectFrom("ledger").select("hall_id").orderBy("hall_id", "desc").limit(1).as("greatest"),
  ]),
);

const keysOf = query<{ readonly hall_id: string; readonly role: "ledger" | "operator" }>()(
  (db, { hall_id, role }) =>
    db.selectFrom("keys").select("key").where("hall_id", "=", hall_id).where("role", "=", role),
);

const lastRecord = query<{ readonly hall_id: string }>()((db, { hall_id }) =>
  db
    .selectFrom("ledger")
    .select(["seq", "leaf", "header"])
    .where("hall_id", "=", hall_id)
    .orderBy("seq", "desc")
    .limit(1),
);

const leafAt = query<{ readonly hall_id: string; readonly seq: number }>()((db, { hall_id, seq }) =>
  db.selectFrom("ledger").select("leaf").where("hall_id", "=", hall_id).where("seq", "=", seq),
);

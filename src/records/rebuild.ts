import { parseBody } from "../evidence/body.js";
import { commitment } from "../evidence/commitment.js";
import { hallIdOf } from "../evidence/genesis.js";
import { insist } from "../evidence/members.js";
import { type Header, isRecordKind, leafOf, parseHeader } from "../evidence/record.js";
import { applyChanges } from "./change.js";
import { firstDifference } from "./compare.js";
import { type Database, openDatabase } from "./driver.js";
import { DECIDES, migrate } from "./migrations.js";
import { EPOCH_KINDS, project, type RowChange } from "./project.js";
import { DECIDING_TABLES, type LedgerTables, type ProjectionName } from "./schema.js";

/** A row of the ledger, as far as it says what changes. */
export type LedgerRow = Pick<LedgerTables["ledger"], "seq" | "leaf" | "header" | "salt" | "body">;

const DECIDING: ReadonlySet<ProjectionName> = new Set(DECIDING_TABLES);

/** A ledger in memory's emptiness, with every table, to compute projections in. */
export function openScratch(file: "" | ":memory:"): Database {
  const scratch = openDatabase(file);
  migrate(scratch);
  return scratch;
}

/**
 * Rebuilds the projections that decide from the records that decide (not from all: see DECIDES), each checked
 * against its leaf and commitment, and puts them in place where they differ. `db` is in a transaction; without the
 * write lock pass `repair: false`. Returns what differed, in words. Throws RecordError for a record that isn't whole.
 */
export function rebuildDeciding(
  db: Database,
  hall_id: string,
  { repair }: { readonly repair: boolean },
): readonly string[] {
  const scratch = openScratch(":memory:");
  try {
    let epoch = 0;
    for (const row of decidingRows(db, hall_id)) {
      const { header, changes } = readRecord(row, hall_id);
      applyChanges(scratch, changes, DECIDING);
      if (EPOCH_KINDS.has(header.kind)) epoch = header.seq;
    }
    const different = DECIDING_TABLES.flatMap((table) => firstDifference(db, scratch, hall_id, table) ?? []);
    const isEpochOff = epochOf(db, hall_id) !== epoch;
    if (repair) {
      for (const { table } of different) copyTable(scratch, db, hall_id, table);
      if (isEpochOff) db.rows("UPDATE heads SET epoch = ? WHERE hall_id = ?", epoch, hall_id);
    }
    const tables = different.map(({ table, seq }) => `${table} (of record ${seq})`);
    return isEpochOff ? [...tables, "the standing epoch"] : tables;
  } finally {
    scratch.close();
  }
}

/** A stored record's header and what it changes. Throws RecordError when its bytes aren't what leaf and commitment say. */
export function readRecord(
  row: LedgerRow,
  hall_id: string,
): { header: Header; changes: readonly RowChange[] } {
  const header = parseHeader(row.header);
  insist(leafOf(row.header) === row.leaf, `record ${row.seq}: its leaf isn't that of its header`);
  insist(header.seq === row.seq && header.hall_id === hall_id, `record ${row.seq}: its header is another's`);
  const { salt, body } = row;
  if (body === null || salt === null || !isRecordKind(header.kind))
    return { header, changes: project(header, null) };
  insist(
    commitment("body", body, salt) === header.body,
    `record ${row.seq}: its body isn't the one committed to`,
  );
  insist(
    header.kind !== "genesis" || hallIdOf(body) === hall_id,
    "record 0: it isn't the genesis of this Hall",
  );
  return { header, changes: project(header, parseBody(header.kind, body)) };
}

function decidingRows(db: Database, hall_id: string): Iterable<LedgerRow> {
  // INDEXED BY fails loudly, where a full scan would only be slow.
  return db.each<LedgerRow>(
    `SELECT seq, leaf, header, salt, body FROM ledger INDEXED BY ledger_deciding WHERE hall_id = ? AND ${DECIDES} ORDER BY seq`,
    hall_id,
  );
}

function epochOf(db: Database, hall_id: string): unknown {
  return db.rows("SELECT epoch FROM heads WHERE hall_id = ?", hall_id)[0]?.["epoch"];
}

function copyTable(from: Database, to: Database, hall_id: string, table: ProjectionName): void {
  to.rows(`DELETE FROM ${table} WHERE hall_id = ?`, hall_id);
  for (const row of from.rows(`SELECT * FROM ${table}`)) {
    const columns = Object.keys(row);
    to.rows(`INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => "?")})`, ...Object.values(row));
  }
}

import { insist } from "../evidence/members.js";
import { applyChanges } from "./change.js";
import { firstDifference } from "./compare.js";
import type { Database } from "./driver.js";
import { RecordsError } from "./error.js";
import { decidesIn, OWN_TABLES, versionOf } from "./migrations.js";
import { EPOCH_KINDS } from "./project.js";
import { type LedgerRow, previousOf, readRecord } from "./readRecord.js";
import { DECIDING_TABLES, type ProjectionName } from "./schema.js";

/** The projections that decide, for applyChanges. */
export const DECIDING: ReadonlySet<ProjectionName> = new Set(DECIDING_TABLES);

/** How far this process has read the records that decide. */
export type Progress = { readonly size: number; readonly epoch: number };

/**
 * What decides, computed by this process from the records and kept in temporary tables of its connection, which
 * every query meets before the file's own. So rows that somebody edited are believed by nobody, and triggers that
 * somebody planted don't run. As part of the connection it follows its transactions: what is rolled back wasn't read.
 */
export type Deciding = {
  progress(): Progress;
  /** To be called after own records, which came here with the transaction that wrote them. */
  reached(progress: Progress): void;
  /**
   * Reads the records that decide up to `size`, each checked against its leaf and commitment, orders also against the
   * one before. Inside a transaction. Throws RecordError for one that isn't whole.
   */
  catchUp(hall_id: string, size: number): void;
  /** What the file's own tables have otherwise, in words. */
  differences(hall_id: string): readonly string[];
  /** Puts the file's own tables right, under the write lock. Throws RecordsError when they don't take it. */
  repair(hall_id: string): void;
  /** Goes back to the file's own tables, for reading what can't be made whole. */
  giveUp(): void;
};

export function openDeciding(db: Database): Deciding {
  db.exec(`${OWN_TABLES}; CREATE TABLE temp.progress (size INTEGER NOT NULL, epoch INTEGER NOT NULL) STRICT;
    INSERT INTO temp.progress VALUES (0, 0)`);

  function progress(): Progress {
    const [row] = db.rows("SELECT size, epoch FROM temp.progress");
    return { size: Number(row?.["size"]), epoch: Number(row?.["epoch"]) };
  }

  function reached({ size, epoch }: Progress): void {
    db.rows("UPDATE temp.progress SET size = ?, epoch = ?", size, epoch);
  }

  function differences(hall_id: string): readonly string[] {
    const tables = DECIDING_TABLES.flatMap(
      (table) => firstDifference(db, db, hall_id, table, "temp") ?? [],
    ).map(({ table, seq }) => `${table} (of record ${seq})`);
    const [stored] = db.rows("SELECT epoch FROM heads WHERE hall_id = ?", hall_id);
    return stored?.["epoch"] === progress().epoch ? tables : [...tables, "the standing epoch"];
  }

  return {
    progress,
    reached,
    catchUp(hall_id, size) {
      const from = progress();
      let { epoch } = from;
      let previous = lastOrder(db);
      for (const row of decidingRows(db, hall_id, from.size, size)) {
        const { header, body, changes } = readRecord(row, hall_id);
        const named = previousOf(body);
        if (named !== undefined) {
          insist(named === previous, `record ${row.seq}: the order before it isn't the one that it names`);
          previous = header.record_id;
        }
        applyChanges(db, changes, DECIDING);
        if (EPOCH_KINDS.has(header.kind)) epoch = header.seq;
      }
      reached({ size, epoch });
    },
    differences,
    repair(hall_id) {
      for (const table of DECIDING_TABLES) {
        if (firstDifference(db, db, hall_id, table, "temp") === undefined) continue;
        db.rows(`DELETE FROM main.${table} WHERE hall_id = ?`, hall_id);
        db.rows(`INSERT INTO main.${table} SELECT * FROM temp.${table}`);
      }
      db.rows("UPDATE heads SET epoch = ? WHERE hall_id = ?", progress().epoch, hall_id);
      const [still] = differences(hall_id);
      if (still !== undefined) throw new RecordsError("UNAVAILABLE", `${still} can't be put right`);
    },
    giveUp() {
      for (const table of DECIDING_TABLES) db.exec(`DROP TABLE IF EXISTS temp.${table}`);
    },
  };
}

function lastOrder(db: Database): string | null {
  const [row] = db.rows("SELECT record_id FROM temp.orders ORDER BY seq DESC LIMIT 1");
  return (row?.["record_id"] ?? null) as string | null;
}

function decidingRows(db: Database, hall_id: string, from: number, to: number): Iterable<LedgerRow> {
  // INDEXED BY fails loudly, where a full scan would only be slow.
  return db.each<LedgerRow>(
    `SELECT seq, leaf, header, salt, body FROM ledger INDEXED BY ledger_deciding
     WHERE hall_id = ? AND seq >= ? AND seq < ? AND ${decidesIn(versionOf(db))} ORDER BY seq`,
    hall_id,
    from,
    to,
  );
}

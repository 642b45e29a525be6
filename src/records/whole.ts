import type { Database } from "./driver.js";
import { RecordsError } from "./error.js";

/** The pluses keep SQLite from the primary key and its order, by which it would read every record. */
export const BODYLESS =
  "SELECT seq FROM ledger WHERE +hall_id = ? AND (salt IS NULL OR body IS NULL) ORDER BY +seq LIMIT 1";

/**
 * Checks, without reading the records, that none is missing and none lacks its body: what isn't there can't be
 * checked by what is, and a revoke or a used grant that is gone changes nothing. Throws RecordsError UNAVAILABLE.
 */
export function checkWhole(db: Database, hall_id: string): void {
  const [bodyless] = db.rows(BODYLESS, hall_id);
  const seq = bodyless?.["seq"] ?? null;
  insist(seq === null, `record ${seq}: its body is missing, and no order erased it`);
  // Of all Halls at once: only a count of everything is read from an index alone, without looking at rows.
  const [counts] = db.rows(
    "SELECT (SELECT count(*) FROM ledger) AS records, (SELECT sum(size) FROM heads) AS signed",
  );
  const [records, signed] = [counts?.["records"], counts?.["signed"]];
  insist(records === signed, `the signed head counts ${signed} records, and there are ${records}`);
}

function insist(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new RecordsError("UNAVAILABLE", `${problem}: run hall audit verify`);
}

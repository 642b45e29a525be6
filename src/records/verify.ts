import { commitment, SALT_BYTES } from "../evidence/commitment.js";
import type { StoredRecord } from "../evidence/fold.js";
import { RecordError } from "../evidence/members.js";
import { policyDigest } from "../evidence/policy.js";
import { type FirstBad, type VerifyResult, verifyLedger } from "../evidence/verify.js";
import type { Head } from "../protocol/outcome.js";
import { applyChanges } from "./change.js";
import { firstDifference } from "./compare.js";
import { allDocuments } from "./documents.js";
import type { Database } from "./driver.js";
import { RecordsError } from "./error.js";
import { inTransaction } from "./inTransaction.js";
import { openScratch } from "./migrations.js";
import { missingSalt, straySalt } from "./openings.js";
import { type LedgerRow, readRecord } from "./readRecord.js";
import { type LedgerTables, PROJECTION_TABLES, type Projections } from "./schema.js";
import { oddShape } from "./shape.js";
import type { Witness } from "./witnessFile.js";

/** Verifies a Hall's ledger and witness as they lie now. A home without a Hall has nothing that could be verified. */
export function verifyHome(home: {
  readonly db: Database;
  readonly witness: Witness;
  readonly hall_id: string | null;
  /** By the clock; the time of the last record counts when it is later. */
  readonly now: string;
}): VerifyResult {
  const { db, witness, hall_id, now } = home;
  if (hall_id === null) return notWhole(0, "there is no genesis");
  try {
    const lines = witness.all(); // before the records are read: later lines are about later records
    return inTransaction(db, "DEFERRED", () => verifyStore(db, hall_id, lines, now));
  } catch (error) {
    // What can't even be read is a finding too, unless it is only for now.
    if (!(error instanceof RecordError || error instanceof RecordsError)) throw error;
    if (error instanceof RecordsError && error.code === "BUSY") throw error;
    return notWhole(null, error.message);
  }
}

/** The verdict on records of which none could be checked. */
export function notWhole(seq: number | null, reason: string): VerifyResult {
  return { ok: false, records: 0, first_bad: { seq, reason } };
}

/**
 * Verifies a Hall's ledger as it lies: first what evidence/verify checks (formats.md, verify), then that every
 * projection is what the records say, value and SQL type, that kept arguments are what their holds commit to, and
 * that the schema is ours. Names the lowest bad record. The caller holds a read transaction.
 */
function verifyStore(db: Database, hall_id: string, witness: readonly Head[], now: string): VerifyResult {
  const scratch = openScratch(db.inMemory ? ":memory:" : "");
  const refolded: Refolded = { scratch, problem: undefined };
  const heads = storedHead(db, hall_id);
  try {
    const result = verifyLedger({
      hall_id,
      rows: () => foldingRows(db, refolded, hall_id),
      heads,
      documents: allDocuments(db, hall_id),
      witness,
    });
    if (!result.ok) return result;
    const at = heads !== null && heads.at > now ? heads.at : now;
    const first_bad =
      refolded.problem ??
      projectionProblem(db, scratch, hall_id) ??
      documentProblem(db, hall_id) ??
      openingProblem(db, scratch, hall_id, at) ??
      schemaProblem(db);
    return first_bad === undefined ? result : { ok: false, records: result.records, first_bad };
  } finally {
    scratch.close();
  }
}

/** Projections computed anew, and the first record that they can't take. */
type Refolded = { readonly scratch: Database; problem: FirstBad | undefined };

/** The ledger's rows; each goes into the scratch projections once the verifier, asking for the next, has found it good. */
function* foldingRows(db: Database, refolded: Refolded, hall_id: string): Generator<StoredRecord> {
  const rows = db.each<LedgerRow>(
    "SELECT seq, leaf, header, salt, body FROM ledger WHERE hall_id = ? ORDER BY seq",
    hall_id,
  );
  refolded.scratch.exec("BEGIN");
  for (const row of rows) {
    yield row;
    refolded.problem ??= problemWith(refolded.scratch, row, hall_id);
  }
  refolded.scratch.exec("COMMIT");
}

function problemWith(scratch: Database, row: LedgerRow, hall_id: string): FirstBad | undefined {
  try {
    applyChanges(scratch, readRecord(row, hall_id).changes);
    return undefined;
  } catch (error) {
    if (!(error instanceof RecordError || error instanceof RecordsError)) throw error;
    return { seq: row.seq, reason: error.message };
  }
}

function storedHead(db: Database, hall_id: string): LedgerTables["heads"] | null {
  const [head] = db.rows("SELECT * FROM heads WHERE hall_id = ?", hall_id);
  return head === undefined ? null : (head as LedgerTables["heads"]);
}

function projectionProblem(db: Database, scratch: Database, hall_id: string): FirstBad | undefined {
  const differences = PROJECTION_TABLES.flatMap(
    (table) => firstDifference(db, scratch, hall_id, table) ?? [],
  ).sort((a, b) => a.seq - b.seq);
  const [first] = differences;
  return first && { seq: first.seq, reason: `its row in ${first.table} isn't what the records say` };
}

function documentProblem(db: Database, hall_id: string): FirstBad | undefined {
  const wrong = allDocuments(db, hall_id).find(
    ({ bytes, policy_digest }) => policyDigest(bytes) !== policy_digest,
  );
  return wrong && { seq: null, reason: `document ${wrong.digest} isn't what its policy_digest says` };
}

/**
 * Whether each commitment to arguments or a result has its salt, each salt its commitment, and the arguments of an
 * open hold are those that it commits to. Once the bytes are gone nobody can tell a salt from another: a changed one
 * shows only to whoever has the bytes and opens the commitment with it (formats.md: signatures don't cover salts).
 */
function openingProblem(db: Database, scratch: Database, hall_id: string, now: string): FirstBad | undefined {
  const seq = missingSalt(db, hall_id);
  if (seq !== undefined) return { seq, reason: "the salt of what it commits to is missing" };
  const openings = new Map(openingsOf(db, hall_id).map((opening) => [opening.commitment, opening]));
  for (const hold of scratch.each<Projections["holds"]>("SELECT * FROM holds ORDER BY seq")) {
    const opening = openings.get(hold.arguments);
    openings.delete(hold.arguments);
    const isOpen = (hold.state === "pending" || hold.state === "granted") && hold.ends_at > now;
    const reason = opening && wrongWith(opening, isOpen);
    if (reason !== undefined) return { seq: hold.seq, reason };
  }
  const odd = [...openings.values()].find(({ salt, bytes }) => bytes !== null || salt.length !== SALT_BYTES);
  const stray = odd?.commitment ?? straySalt(db, hall_id);
  return stray === undefined
    ? undefined
    : { seq: null, reason: `no record commits to ${stray} with this salt` };
}

type Opening = LedgerTables["openings"];

function wrongWith({ commitment: committed, salt, bytes }: Opening, isOpen: boolean): string | undefined {
  if (salt.length !== SALT_BYTES) return `the salt of its arguments isn't ${SALT_BYTES} bytes`;
  if (bytes === null) return isOpen ? "it is open, and its arguments are missing" : undefined;
  const isIt = commitment("arguments", bytes, salt) === committed;
  return isIt ? undefined : "the arguments kept for it aren't those that it commits to";
}

function openingsOf(db: Database, hall_id: string): readonly Opening[] {
  return db.rows("SELECT * FROM openings WHERE hall_id = ?", hall_id) as unknown as readonly Opening[];
}

/** Tables, indexes and triggers must be those of this version, and whole. */
function schemaProblem(db: Database): FirstBad | undefined {
  const reason = oddShape(db);
  if (reason !== undefined) return { seq: null, reason };
  const [integrity] = db.rows("PRAGMA integrity_check(1)");
  const verdict = integrity?.["integrity_check"];
  return verdict === "ok" ? undefined : { seq: null, reason: `the database is damaged: ${verdict}` };
}

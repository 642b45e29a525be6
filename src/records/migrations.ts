import { type Database, openDatabase } from "./driver.js";
import { RecordsError } from "./error.js";
import { DECIDING_TABLES } from "./schema.js";

/** A record's kind, as SQL over its header. Functions of JSON read a BLOB as JSONB, hence the cast. */
const KIND =
  "CASE WHEN json_valid(CAST(header AS TEXT)) THEN json_extract(CAST(header AS TEXT), '$.kind') END";

const decides = (kinds: string): string =>
  `(${KIND} IN (${kinds}) OR instr(body, CAST('"grant_id":"' AS BLOB)) > 0)`;

const FIRST_KINDS =
  "'genesis', 'apply', 'standing', 'ban', 'key', 'clock', 'erase', 'install', 'uninstall', 'hold', 'approval'";

/**
 * Which records decide: those of these kinds, and any that consumed a grant (its body names one: `"grant_id":"`).
 * An index over exactly these lets a home with a million decisions open by reading a few hundred records.
 */
const DECIDES = decides(`${FIRST_KINDS}, 'pin'`);

const LEDGER = `
CREATE TABLE ledger (
  hall_id TEXT NOT NULL, seq INTEGER NOT NULL, leaf TEXT NOT NULL, header BLOB NOT NULL, salt BLOB, body BLOB,
  PRIMARY KEY (hall_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_deciding ON ledger (hall_id, seq) WHERE ${decides(FIRST_KINDS)};

CREATE TABLE heads (
  hall_id TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, head TEXT NOT NULL, at TEXT NOT NULL,
  epoch INTEGER NOT NULL, key_id TEXT NOT NULL, signature TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE openings (
  hall_id TEXT NOT NULL, commitment TEXT NOT NULL, salt BLOB NOT NULL, bytes BLOB,
  PRIMARY KEY (hall_id, commitment)
) STRICT, WITHOUT ROWID;
CREATE INDEX openings_kept ON openings (hall_id, commitment) WHERE bytes IS NOT NULL;

CREATE TABLE documents (
  hall_id TEXT NOT NULL, digest TEXT NOT NULL, policy_digest TEXT NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (hall_id, digest)
) STRICT;
CREATE INDEX documents_policy ON documents (hall_id, policy_digest);
`;

// INSERT OR REPLACE deletes the old row without firing a DELETE trigger, but only after the BEFORE INSERT trigger,
// which lets nothing through but the next seq. There is no rowid and no other UNIQUE to replace by.
const APPEND_ONLY = `
CREATE TRIGGER ledger_next BEFORE INSERT ON ledger
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM ledger WHERE hall_id = NEW.hall_id)
BEGIN SELECT RAISE(ABORT, 'the ledger takes only the next record'); END;

CREATE TRIGGER ledger_kept BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger deletes no record'); END;

CREATE TRIGGER ledger_erased BEFORE UPDATE ON ledger
WHEN NOT (NEW.hall_id IS OLD.hall_id AND NEW.seq IS OLD.seq AND NEW.leaf IS OLD.leaf
  AND NEW.header IS OLD.header AND NEW.salt IS NULL AND NEW.body IS NULL)
BEGIN SELECT RAISE(ABORT, 'the ledger changes no record; erasure sets salt and body to NULL'); END;
`;

const NAMED =
  "hall_id TEXT NOT NULL, seq INTEGER NOT NULL, record_id TEXT NOT NULL, tenant_id TEXT, session_id TEXT";

const PROJECTIONS = `
CREATE TABLE records (
  ${NAMED}, at TEXT NOT NULL, kind TEXT NOT NULL, parent_id TEXT, surface TEXT, correlation_id TEXT, agent TEXT,
  skill_id TEXT, version TEXT, tool TEXT, code TEXT, denied INTEGER, dry_run INTEGER, decision_id TEXT, approval_id TEXT,
  PRIMARY KEY (hall_id, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX records_id ON records (hall_id, record_id);
CREATE INDEX records_parent ON records (hall_id, parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE orders (
  ${NAMED}, kind TEXT NOT NULL, policy_digest TEXT,
  PRIMARY KEY (hall_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX orders_policy ON orders (hall_id, seq) WHERE policy_digest IS NOT NULL;

CREATE TABLE keys (
  ${NAMED}, role TEXT NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY (hall_id, role, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE standing (
  ${NAMED}, subject TEXT NOT NULL, state TEXT NOT NULL, adapter TEXT, scope TEXT NOT NULL,
  PRIMARY KEY (hall_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE installs (
  ${NAMED}, at TEXT NOT NULL, skill_id TEXT NOT NULL, version TEXT NOT NULL, artifact_digest TEXT NOT NULL,
  manifest_hash TEXT NOT NULL, signer TEXT NOT NULL, dev INTEGER NOT NULL,
  PRIMARY KEY (hall_id, skill_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
  ${NAMED}, agent TEXT NOT NULL, approval_id TEXT NOT NULL, holder TEXT NOT NULL, arguments TEXT NOT NULL,
  policy_digest TEXT NOT NULL, needed INTEGER NOT NULL, grant_seconds INTEGER NOT NULL, expires_at TEXT NOT NULL,
  state TEXT NOT NULL, granted_at TEXT, ends_at TEXT NOT NULL, closed_by TEXT,
  PRIMARY KEY (hall_id, approval_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX holds_holder ON holds (hall_id, holder, ends_at);
CREATE INDEX holds_open ON holds (hall_id, state, ends_at);

CREATE TABLE approvals (
  ${NAMED}, at TEXT NOT NULL, approval_id TEXT NOT NULL, approver TEXT NOT NULL, verdict TEXT NOT NULL,
  PRIMARY KEY (hall_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX approvals_hold ON approvals (hall_id, approval_id);

CREATE TABLE calls (
  ${NAMED}, at TEXT NOT NULL, agent TEXT, tool TEXT,
  PRIMARY KEY (hall_id, record_id)
) STRICT, WITHOUT ROWID;
`;

// What an opening asks of every record: is one without its body, and how many are there? The table itself would have
// to be read whole, bodies and all.
const WHOLE = `
CREATE INDEX ledger_bodyless ON ledger (hall_id, seq) WHERE salt IS NULL OR body IS NULL;
CREATE INDEX ledger_count ON ledger (seq);
`;

const PINS = `
CREATE TABLE pins (
  ${NAMED}, skill_id TEXT NOT NULL, tool TEXT NOT NULL, capability_id TEXT NOT NULL,
  definition_digest TEXT NOT NULL, document TEXT NOT NULL,
  PRIMARY KEY (hall_id, skill_id, tool)
) STRICT, WITHOUT ROWID;
`;

// Pins decide too, so the index over what decides has to hold them.
const PINS_DECIDE = `
DROP INDEX ledger_deciding;
CREATE INDEX ledger_deciding ON ledger (hall_id, seq) WHERE ${DECIDES};
`;

// Answers weigh by level; of before, everyone's is the lowest that counts.
const LEVELS = `
ALTER TABLE holds ADD COLUMN supervisor_level TEXT;
ALTER TABLE approvals ADD COLUMN level TEXT NOT NULL DEFAULT 'gatekeeper';
`;

/** One script for each version of the schema. A script that has shipped never changes. */
const MIGRATIONS = [`${LEDGER}${APPEND_ONLY}${PROJECTIONS}`, WHOLE, `${PINS}${PINS_DECIDE}`, LEVELS] as const;
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Which records decide, in the words of the index that a database of this version has over them. */
export function decidesIn(version: number): string {
  return version < 3 ? decides(FIRST_KINDS) : DECIDES; // nobody who writes pins leaves an earlier version as it is
}

/** Names a file as a Hall's to SQLite's `file` and to us: "Hall" in ASCII. */
const APPLICATION_ID = 0x48616c6c;

/**
 * The tables of what decides, as a process keeps them for itself: SQLite takes a temporary table before the file's
 * own of the same name, and nothing that others write reaches it.
 */
export const OWN_TABLES = `${PROJECTIONS}${PINS}${LEVELS}`
  .split(";\n")
  .filter((statement) => DECIDING_TABLES.some((table) => new RegExp(` ${table} (\\(|ADD)`).test(statement)))
  .map((statement) => statement.replace(/(CREATE TABLE|CREATE INDEX|ALTER TABLE) /, "$1 temp."))
  .join(";\n");

/** Brings a database to the schema of a version, this one's when left out. Throws RecordsError NEWER_VERSION or UNAVAILABLE (not a Hall's). */
export function migrate(db: Database, to: number = SCHEMA_VERSION): void {
  if (versionOf(db) >= to) return;
  // The mode is kept in the file and can't change inside a transaction.
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const script of MIGRATIONS.slice(versionOf(db), to)) db.exec(script);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(`PRAGMA user_version = ${Math.max(to, versionOf(db))}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.inTransaction()) db.exec("ROLLBACK");
    throw error;
  }
}

/** An empty database with every table, to compute projections in. */
export function openScratch(file: "" | ":memory:", version: number = SCHEMA_VERSION): Database {
  const scratch = openDatabase(file);
  migrate(scratch, version);
  return scratch;
}

/** The schema's version, 0 for an empty file. Throws when the file isn't a Hall's, or is from a later version. */
export function versionOf(db: Database): number {
  // One statement, so that another process's migration is seen whole or not at all.
  const [found] = db.rows(
    `SELECT (SELECT user_version FROM pragma_user_version) AS version,
       (SELECT application_id FROM pragma_application_id) AS application,
       (SELECT count(*) FROM sqlite_schema) AS objects`,
  );
  const [version, application] = [Number(found?.["version"]), Number(found?.["application"])];
  const isEmpty = found?.["objects"] === 0;
  if (application !== APPLICATION_ID && !(isEmpty && version === 0)) {
    throw new RecordsError(
      "UNAVAILABLE",
      "the file is a database, but not a Hall's: name another with HALL_DB_PATH",
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new RecordsError(
      "NEWER_VERSION",
      `the database has schema ${version}, this version of hall knows ${SCHEMA_VERSION}: upgrade hall`,
    );
  }
  return version;
}

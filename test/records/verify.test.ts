import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Value } from "../../src/records/sql.js";
import { openStore } from "../../src/records/store.js";
import { verifyFiles } from "../../src/records/verifyFiles.js";
import { fillHall } from "./everything.js";
import { inDir, LEDGER, open, START, tempDir } from "./home.js";
import { TAMPERING } from "./tampering.js";

// LONG_N=1000 LONG_SEED=7 npx vitest run test/records/verify.test.ts
const N = Number(process.env["LONG_N"] ?? 150);
const SEED = Number(process.env["LONG_SEED"] ?? Date.now() % 1_000_000);

type Home = { readonly file: string; readonly witness: string };
let source: Home;
let records: number;

beforeAll(async () => {
  source = inDir(mkdtempSync(join(tmpdir(), "hall-verify-")));
  const store = await openStore({ ...source, ledgerKey: LEDGER, clock: () => START });
  await fillHall(store);
  records = store.state().size;
  store.close();
});
afterAll(() => rmSync(dirname(source.file), { recursive: true, force: true }));

test("a Hall with everything in it verifies: its files, and a store that is open", async () => {
  const verdict = { ok: true, records, unread: 0 };
  expect(await verdictOn(source)).toMatchObject(verdict);
  for (const readonly of [true, false]) {
    const store = await openStore({ ...source, ledgerKey: LEDGER, clock: () => START, readonly });
    expect(store.verify()).toMatchObject(verdict);
    store.close();
  }
});

test.each(TAMPERING)("what opening would put right is found, and left as it is, after %s", async (sql) => {
  const home = copyOf(source);
  withoutTriggers(home.file, (db) => db.exec(sql));
  const before = readFileSync(home.file);
  expect(await verdictOn(home)).toMatchObject({ ok: false, first_bad: { seq: expect.any(Number) } });
  expect(await verdictOn(home)).toMatchObject({ ok: false });
  expect(readFileSync(home.file).equals(before)).toBe(true);
  (await open(home)).close();
  expect(await verdictOn(home)).toMatchObject({ ok: true });
});

describe("files that hold no Hall", () => {
  test("a database that is gone or empty, beside its witness, is the first record missing", async () => {
    const home = copyOf(source);
    const first_bad = { seq: 0, reason: expect.stringContaining(`the witness has seen ${records} records`) };
    rmSync(home.file);
    expect(await verdictOn(home)).toEqual({ ok: false, records: 0, first_bad });
    expect(existsSync(home.file)).toBe(false);
    writeFileSync(home.file, "");
    expect(await verdictOn(home)).toEqual({ ok: false, records: 0, first_bad });
    expect(statSync(home.file).size).toBe(0);
  });

  test("a database made new in its place, another one, or what is none", async () => {
    const fresh = inDir(tempDir());
    (await open(fresh)).close();
    copyFileSync(source.witness, fresh.witness);
    const other = inDir(tempDir());
    new DatabaseSync(other.file).exec("CREATE TABLE mine (a)");
    const none = inDir(tempDir());
    writeFileSync(none.file, "no database, however long it is looked at. ".repeat(100));
    for (const home of [fresh, other, none]) {
      expect(await verdictOn(home)).toMatchObject({ ok: false, records: 0, first_bad: { seq: null } });
    }
  });

  test("a database of a newer version is none of this version's business", async () => {
    const home = copyOf(source);
    withoutTriggers(home.file, (db) => db.exec("PRAGMA user_version = 99"));
    await expect(verdictOn(home)).rejects.toMatchObject({ code: "NEWER_VERSION" });
  });
});

describe("salts of arguments and results", () => {
  test("each is there, and of its length, for each record that commits with one", async () => {
    const without = (seq: number, path: string) =>
      verdictAfter(
        `DELETE FROM openings WHERE commitment = (SELECT json_extract(CAST(body AS TEXT), '${path}') FROM ledger WHERE seq = ${seq})`,
      );
    const first_bad = (seq: number) => ({ seq, reason: expect.stringContaining("salt") });
    expect(await without(2, "$.route_input.request.arguments")).toMatchObject({ first_bad: first_bad(2) });
    expect(await without(3, "$.result")).toMatchObject({ first_bad: first_bad(3) });
    expect(await verdictAfter("DELETE FROM openings")).toMatchObject({ first_bad: first_bad(2) });
    const short = "UPDATE openings SET salt = zeroblob(31) WHERE bytes IS NULL";
    expect(await verdictAfter(short)).toMatchObject({ ok: false });
  });

  test("and each belongs to a record", async () => {
    const stray =
      "INSERT INTO openings SELECT hall_id, lower(hex(zeroblob(32))), zeroblob(32), NULL FROM heads";
    expect(await verdictAfter(stray)).toMatchObject({ ok: false, first_bad: { seq: null } });
  });

  test("one that was changed shows where its bytes are kept; elsewhere only whoever has them can tell", async () => {
    const changed = (where: string) => `UPDATE openings SET salt = zeroblob(32) WHERE bytes ${where}`;
    expect(await verdictAfter(changed("IS NOT NULL"))).toMatchObject({ ok: false });
    expect(await verdictAfter(changed("IS NULL"))).toMatchObject({ ok: true });
  });
});

test("open calls are listed", async () => {
  const result = await verdictOn(source);
  expect(result.ok && result.open_calls).toMatchObject([{ session_id: "session-1" }]);
});

test(`${N} random changes of stored values, lost rows and cut tails are all found (seed ${SEED})`, async () => {
  console.info(`mutations: LONG_N=${N} LONG_SEED=${SEED}`);
  const random = seeded(SEED);
  const home = inDir(tempDir());
  const missed: string[] = [];
  for (let i = 0; i < N; i++) {
    copyFileSync(source.file, home.file);
    copyFileSync(source.witness, home.witness);
    const change = damage(home.file, random);
    const verdict = await verdictOn(home);
    if (verdict.ok) missed.push(`#${i}: ${change}`);
  }
  expect(missed).toEqual([]);
});

describe("it names the first bad record", () => {
  const changes: readonly [string, string, number | null][] = [
    ["a body", "UPDATE ledger SET body = CAST(body || x'20' AS BLOB) WHERE seq = 5", 5],
    ["a salt", "UPDATE ledger SET salt = zeroblob(32) WHERE seq = 5", 5],
    ["an erasure without an order", "UPDATE ledger SET salt = NULL, body = NULL WHERE seq = 3", 3],
    ["a header", "UPDATE ledger SET header = CAST(header || x'20' AS BLOB) WHERE seq = 6", 6],
    ["two bodies", "UPDATE ledger SET body = x'7b7d' WHERE seq IN (9, 4)", 4],
    ["a row that is gone", "DELETE FROM ledger WHERE seq = 7", 7],
    ["a projection", "UPDATE standing SET adapter = 'cli' WHERE state = 'degraded'", 8],
    ["a projection's lost row", "DELETE FROM standing WHERE state = 'banned'", 9],
    [
      "a projection's new row",
      "INSERT INTO keys SELECT hall_id, 0, record_id, NULL, NULL, 'operator', 'ed25519:00' FROM keys LIMIT 1",
      0,
    ],
    ["an index", "DROP INDEX ledger_deciding", null],
  ];

  test.each(changes)("after a change of %s", async (_, sql, seq) => {
    expect(await verdictAfter(sql)).toMatchObject({ ok: false, first_bad: { seq } });
  });

  test("when a trigger is missing, and not when it is back", async () => {
    const home = copyOf(source);
    const db = new DatabaseSync(home.file);
    const { sql } = db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'ledger_kept'").get();
    db.exec("DROP TRIGGER ledger_kept");
    db.close();
    expect(await verdictOn(home)).toMatchObject({ ok: false, first_bad: { seq: null } });
    withoutTriggers(home.file, (again) => again.exec(sql));
    expect(await verdictOn(home)).toMatchObject({ ok: true });
  });

  test("after the tail was cut, or an old copy of the whole database put back", async () => {
    const home = copyOf(source);
    withoutTriggers(home.file, (db) => db.exec("DELETE FROM ledger WHERE seq > 10"));
    expect(await verdictOn(home)).toMatchObject({ ok: false, first_bad: { seq: 11 } });
    const old = inDir(tempDir());
    const store = await open(old);
    await fillHall(store);
    const then = await copyLive(old);
    await store.write((tx) => tx.append({ kind: "query", body: { ...QUERY } }));
    copyFileSync(old.witness, then.witness);
    expect(await verdictOn(then)).toMatchObject({
      ok: false,
      first_bad: { seq: records, reason: expect.stringMatching(/witness/) },
    });
  });
});

describe("the witness", () => {
  test("may lag, be torn at its end, or be gone", async () => {
    for (const edit of [(text: string) => text.split("\n").slice(0, 3).join("\n"), () => ""]) {
      const home = copyOf(source);
      writeFileSync(home.witness, edit(readFileSync(home.witness, "latin1")));
      expect(await verdictOn(home)).toMatchObject({ ok: true });
    }
  });

  test("with a line that was changed is a finding", async () => {
    const home = copyOf(source);
    const text = readFileSync(home.witness, "latin1");
    writeFileSync(
      home.witness,
      text.replace(/[0-9a-f](?= ed25519)/, (digit) => (digit === "0" ? "1" : "0")),
    );
    expect(await verdictOn(home)).toMatchObject({ ok: false });
  });
});

const QUERY = {
  tenant_id: null,
  session_id: null,
  surface: null,
  correlation_id: null,
  actor: null,
  engine: "e",
  skill_id: null,
  version: null,
  artifact_digest: null,
  tool: "hall_why",
};

/** As `hall audit verify` looks: at the files, which stay as they are. */
async function verdictOn(home: Home) {
  return verifyFiles({ ...home, clock: () => START });
}

async function verdictAfter(sql: string) {
  const home = copyOf(source);
  withoutTriggers(home.file, (db) => db.exec(sql));
  return verdictOn(home);
}

function copyOf(home: Home): Home {
  const copy = inDir(tempDir());
  copyFileSync(home.file, copy.file);
  copyFileSync(home.witness, copy.witness);
  return copy;
}

/** A copy of a database that is open and has a log. */
async function copyLive(home: Home): Promise<Home> {
  const copy = inDir(tempDir());
  const db = new DatabaseSync(home.file);
  db.prepare("VACUUM INTO ?").run(copy.file);
  db.close();
  const made = new DatabaseSync(copy.file);
  made.exec("PRAGMA journal_mode = WAL");
  made.close();
  copyFileSync(home.witness, copy.witness);
  return copy;
}

function withoutTriggers<T>(file: string, work: (db: DatabaseSyncInstance) => T): T {
  const db = new DatabaseSync(file);
  const triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
  try {
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
    return work(db);
  } finally {
    const left = new Set(
      db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .all()
        .map(({ name }) => name),
    );
    for (const { name, sql } of triggers) if (!left.has(name)) db.exec(sql);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    db.close();
  }
}

/** Changes one stored value, or loses a row, or cuts the tail; returns what it did. */
function damage(file: string, random: () => number): string {
  const below = (n: number): number => Math.floor(random() * n);
  return withoutTriggers(file, (db) => {
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map(({ name }) => String(name))
      .filter((name) => db.prepare(`SELECT count(*) AS n FROM ${name}`).get().n > 0);
    for (;;) {
      const table = tables[below(tables.length)] ?? "ledger";
      const rows = db.prepare(`SELECT * FROM ${table}`).all();
      const row = rows[below(rows.length)];
      const columns = Object.keys(row);
      const key = columns.filter((name) => !(row[name] instanceof Uint8Array));
      const where = key.map((name) => `${name} IS ?`).join(" AND ");
      const values = key.map((name) => row[name]);
      const kind = below(20);
      if (kind === 0) {
        db.prepare(`DELETE FROM ${table} WHERE ${where}`).run(...values);
        return `lost a row of ${table}: ${values.slice(1, 3)}`;
      }
      if (kind === 1) {
        const from = below(rows.length);
        const { changes } = db.prepare("DELETE FROM ledger WHERE seq >= ?").run(from);
        if (changes > 0) return `cut the tail from ${from}`;
        continue;
      }
      const column = columns[below(columns.length)] ?? "";
      const value = changed(row[column], random);
      // Without its bytes a salt can't be told from another of its length (verify.ts says so).
      const isSalt = table === "openings" && column === "salt" && row.bytes === null;
      if (isSalt && value instanceof Uint8Array && value.length === row.salt.length) continue;
      try {
        const { changes } = db
          .prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`)
          .run(value, ...values);
        if (changes > 0)
          return `${table}.${column} of ${values.slice(1, 3)}: ${show(row[column])} -> ${show(value)}`;
      } catch {
        // NOT NULL, STRICT or a key that is taken: another one
      }
    }
  });
}

function changed(value: Value, random: () => number): Value {
  const below = (n: number): number => Math.floor(random() * n);
  if (below(12) === 0 && value !== null) return null;
  if (value === null) return ["x", 7, new Uint8Array([1])][below(3)] ?? null;
  if (typeof value === "number") return value + ([1, -1, 1000][below(3)] ?? 1);
  if (typeof value === "string") {
    const at = below(value.length + 1);
    const edits = [
      `${value.slice(0, at)}${String.fromCharCode(33 + below(90))}${value.slice(at + 1)}`,
      value.slice(0, at),
      `${value} `,
      value.toUpperCase(),
    ].filter((edit) => edit !== value);
    return edits[below(edits.length)] ?? `${value}x`;
  }
  const bytes = Uint8Array.from(value);
  if (below(4) === 0) return below(2) === 0 ? bytes.slice(0, -1) : Uint8Array.from([...bytes, below(256)]);
  const at = below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
  return bytes;
}

function show(value: Value): string {
  return value instanceof Uint8Array ? `${value.length} bytes` : JSON.stringify(value);
}

/** mulberry32: small, and the same for a seed everywhere. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

import { statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "@photostructure/sqlite";
import { describe, expect, test } from "vitest";
import { SCHEMA_VERSION } from "../../src/records/migrations.js";
import { beginHall, call, inDir, open, tempDir } from "./home.js";
import { raw } from "./raw.js";

describe("the ledger's table", () => {
  const refused: readonly [string, string][] = [
    ["an update", "UPDATE ledger SET body = x'00' WHERE seq = 2"],
    ["an update of a header", "UPDATE ledger SET header = x'00' WHERE seq = 2"],
    ["a move", "UPDATE OR REPLACE ledger SET seq = 1 WHERE seq = 2"],
    ["half an erasure with other bytes", "UPDATE ledger SET salt = NULL, body = x'00' WHERE seq = 2"],
    [
      "an erasure that changes the leaf",
      "UPDATE ledger SET salt = NULL, body = NULL, leaf = '' WHERE seq = 2",
    ],
    ["a deletion", "DELETE FROM ledger WHERE seq = 3"],
    ["a deletion of everything", "DELETE FROM ledger"],
    [
      "a replacement",
      "INSERT OR REPLACE INTO ledger SELECT hall_id, seq, leaf, header, salt, x'00' FROM ledger WHERE seq = 2",
    ],
    [
      "a replacement of the last",
      "REPLACE INTO ledger SELECT hall_id, seq, leaf, header, salt, x'00' FROM ledger WHERE seq = 3",
    ],
    [
      "an upsert",
      "INSERT INTO ledger SELECT hall_id, seq, leaf, header, salt, body FROM ledger WHERE seq = 2 ON CONFLICT DO UPDATE SET body = x'00'",
    ],
    [
      "a record after a gap",
      "INSERT INTO ledger SELECT hall_id, 9, leaf, header, salt, body FROM ledger WHERE seq = 2",
    ],
    [
      "a Hall's second record first",
      "INSERT INTO ledger SELECT 'x', 1, leaf, header, salt, body FROM ledger WHERE seq = 2",
    ],
  ];

  test.each(refused)("refuses %s", async (_, sql) => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    await call(store);
    const db = raw(home.file);
    const before = db.prepare("SELECT * FROM ledger ORDER BY seq").all();
    expect(() => db.exec(sql)).toThrow(/the ledger/);
    expect(db.prepare("SELECT * FROM ledger ORDER BY seq").all()).toEqual(before);
  });

  test("lets salt and body be erased, and nothing else with them", async () => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    await call(store);
    const db = raw(home.file);
    db.exec("UPDATE ledger SET salt = NULL, body = NULL WHERE seq = 2");
    expect(db.prepare("SELECT salt, body FROM ledger WHERE seq = 2").get()).toMatchObject({
      salt: null,
      body: null,
    });
  });
});

test("every table is STRICT and carries hall_id; every projection tenant_id, session_id and its record", async () => {
  const home = inDir(tempDir());
  await open(home);
  const db = raw(home.file);
  const tables = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").all();
  const ledgers = ["ledger", "heads", "openings", "documents"];
  for (const { name, sql } of tables) {
    expect(sql, name).toMatch(/STRICT/);
    const columns = db
      .prepare(`SELECT name FROM pragma_table_info('${name}')`)
      .all()
      .map((row) => row.name);
    const expected = ledgers.includes(name)
      ? ["hall_id"]
      : ["hall_id", "tenant_id", "session_id", "record_id", "seq"];
    expect(columns, name).toEqual(expect.arrayContaining(expected));
  }
});

test("a database of a newer version isn't touched, nor read", async () => {
  const home = inDir(tempDir());
  (await open(home)).close();
  raw(home.file).exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  await expect(open(home)).rejects.toMatchObject({ code: "NEWER_VERSION" });
  await expect(open({ ...home, readonly: true })).rejects.toMatchObject({ code: "NEWER_VERSION" });
});

test("a database that isn't a Hall's is refused and left as it is", async () => {
  const home = inDir(tempDir());
  const db = new DatabaseSync(home.file);
  db.exec("CREATE TABLE mine (a)");
  db.close();
  await expect(open(home)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  const tables = raw(home.file).prepare("SELECT name FROM sqlite_schema").all();
  expect(tables.map(({ name }) => name)).toEqual(["mine"]);
});

test("a file that isn't a database is refused", async () => {
  const home = inDir(tempDir());
  writeFileSync(home.file, "not a database, but long enough to be looked at as one".repeat(100));
  await expect(open(home)).rejects.toMatchObject({ code: "UNAVAILABLE" });
});

test("database, log and witness are their owner's alone", async () => {
  const home = inDir(tempDir());
  const store = await open(home);
  await beginHall(store);
  for (const file of [home.file, `${home.file}-wal`, `${home.file}-shm`, `${home.witness}`]) {
    expect((statSync(file).mode & 0o777).toString(8), file).toBe("600");
  }
});

test("it writes through a log, and waits for the disk", async () => {
  const home = inDir(tempDir());
  await open(home);
  expect(raw(home.file).prepare("PRAGMA journal_mode").get()).toMatchObject({ journal_mode: "wal" });
});

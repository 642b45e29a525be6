import { describe, expect, test } from "vitest";
import { migrate, openScratch, SCHEMA_VERSION } from "../../src/records/migrations.js";
import { oddShape } from "../../src/records/shape.js";
import { beginHall, call, inDir, open, order, tempDir } from "./home.js";
import { raw } from "./raw.js";

const PLANTED =
  "CREATE TRIGGER zz AFTER INSERT ON standing BEGIN DELETE FROM standing WHERE seq = NEW.seq; END";
const REVOKED = {
  kind: "standing",
  subject: "skill:org.acme/notes",
  state: "revoked",
  adapter: null,
  scope: "org",
} as const;
const ODD = { code: "UNAVAILABLE", message: expect.stringContaining("trigger zz isn't as this version") };

describe("a trigger that somebody planted", () => {
  test("stops a home that is opened", async () => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    store.close();
    raw(home.file).exec(PLANTED);
    const again = await open(home);
    expect(again.state().problem).toMatchObject(ODD);
    await expect(order(again, REVOKED)).rejects.toMatchObject(ODD);
  });

  test("stops a process that runs, which believes no row that it touched", async () => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    await order(store, REVOKED);
    raw(home.file).exec(PLANTED);
    await expect(call(store)).rejects.toMatchObject(ODD);
    expect(store.state().problem).toMatchObject(ODD);
    expect(store.standing([REVOKED.subject]).size).toBe(1);
  });

  test("is seen by who only reads", async () => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    raw(home.file).exec(PLANTED);
    expect(store.state().problem).toMatchObject(ODD);
  });

  test("stops a Hall that was to begin", async () => {
    const home = inDir(tempDir());
    (await open(home)).close();
    raw(home.file).exec(PLANTED);
    const again = await open(home);
    await expect(beginHall(again)).rejects.toMatchObject(ODD);
  });
});

test.each([
  "DROP TRIGGER ledger_kept",
  "DROP INDEX ledger_bodyless",
  "ALTER TABLE standing ADD COLUMN more TEXT",
])("%s shows", (sql) => {
  const db = openScratch(":memory:");
  expect(oddShape(db)).toBeUndefined();
  db.exec(sql);
  expect(oddShape(db)).toContain("isn't as this version makes it");
});

test("a database of an earlier version is compared with that version, until it is brought to this one", () => {
  const db = openScratch(":memory:", SCHEMA_VERSION - 1);
  expect(oddShape(db)).toBeUndefined();
  migrate(db);
  expect(oddShape(db)).toBeUndefined();
});

import { describe, expect, test } from "vitest";
import { firstDifference } from "../../src/records/compare.js";
import { openScratch } from "../../src/records/migrations.js";
import { DECIDING_TABLES } from "../../src/records/schema.js";
import { fillHall } from "./everything.js";
import { beginHall, decisionDraft, inDir, OPERATOR, open, openHold, order, tempDir, vote } from "./home.js";
import { raw } from "./raw.js";
import { TAMPERING } from "./tampering.js";

test.each(TAMPERING)(
  "what decides is rebuilt when a home is opened, and said, after %s",
  async (sql, said) => {
    const home = inDir(tempDir());
    const store = await open(home);
    await fillHall(store);
    const decides = () => tables.map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY seq`).all());
    const tables = [...DECIDING_TABLES];
    const db = raw(home.file);
    const before = decides();
    const epoch = store.state().epoch;
    store.close();
    db.exec(sql);
    const again = await open(home);
    expect(decides()).toEqual(before);
    expect(again.state()).toMatchObject({ epoch, problem: null });
    expect(again.repaired).toEqual([expect.stringMatching(said)]);
    expect(again.verify()).toMatchObject({ ok: true });
    expect((await open(home)).repaired).toEqual([]);
  },
);

test("whoever may only read a home in which something was changed hears of it, and can't go on", async () => {
  const home = inDir(tempDir());
  const store = await open(home);
  await fillHall(store);
  store.close();
  raw(home.file).exec("DELETE FROM standing");
  const reader = await open({ ...home, readonly: true });
  expect(reader.repaired).toEqual([]);
  expect(reader.state().problem).toMatchObject({
    message: expect.stringContaining("standing (of record 8)"),
  });
});

test("a home that is as its records say isn't written at all when it is opened", async () => {
  const home = inDir(tempDir());
  const store = await open(home);
  await fillHall(store);
  const before = store.dataVersion();
  expect((await open(home)).repaired).toEqual([]);
  expect(store.dataVersion()).toBe(before);
});

test("a record that decides and isn't whole stops writing", async () => {
  const home = inDir(tempDir());
  const store = await open(home);
  await fillHall(store);
  store.close();
  const db = raw(home.file);
  db.exec("DROP TRIGGER ledger_erased");
  db.exec(
    "UPDATE ledger SET body = CAST(replace(CAST(body AS TEXT), 'local', 'lokal') AS BLOB) WHERE seq = 1",
  );
  const again = await open(home);
  expect(again.state().problem).toMatchObject({ code: "UNAVAILABLE" });
  await expect(again.write(() => 1)).rejects.toMatchObject({ code: "UNAVAILABLE" });
});

test("rows are compared by value, an empty text isn't nothing", () => {
  const one = openScratch(":memory:");
  const two = openScratch(":memory:");
  const row = "INSERT INTO orders VALUES ('h', 7, 'r', NULL, NULL, 'apply', '5')";
  one.exec(row);
  two.exec(row);
  expect(firstDifference(one, two, "h", "orders")).toBeUndefined();
  two.exec("UPDATE orders SET tenant_id = ''");
  expect(firstDifference(one, two, "h", "orders")).toEqual({ table: "orders", seq: 7 });
  two.exec("DELETE FROM orders");
  expect(firstDifference(one, two, "h", "orders")).toEqual({ table: "orders", seq: 7 });
});

describe("a process that runs goes by the records, whatever is done to the rows", () => {
  const revoked = {
    kind: "standing",
    subject: "skill:org.acme/notes",
    state: "revoked",
    adapter: null,
    scope: "org",
  } as const;

  test("a revoke stands", async () => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    await order(store, revoked);
    raw(home.file).exec("DELETE FROM standing; UPDATE heads SET epoch = epoch + 1");
    expect(store.standing([revoked.subject]).size).toBe(1);
    await store.write((tx) => expect(tx.standing().size).toBe(1));
  });

  test("of another process, too", async () => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    const other = await open(home);
    await order(other, revoked);
    raw(home.file).exec("DELETE FROM standing; UPDATE heads SET epoch = 0");
    expect(store.standing([revoked.subject]).size).toBe(1);
    expect(store.state().epoch).toBe(other.state().epoch);
  });

  test("a grant is used once", async () => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    const grant = await openHold(store);
    await vote(store, grant);
    const use = () => store.write((tx) => tx.append(decisionDraft({ grant })));
    await use();
    raw(home.file).exec("UPDATE holds SET state = 'granted', closed_by = NULL");
    expect(store.hold(grant.approval_id)).toMatchObject({ state: "used" });
    await expect(use()).rejects.toMatchObject({ code: "REFUSED" });
  });

  test("a transaction that is rolled back leaves what others wrote to be read again", async () => {
    const home = inDir(tempDir());
    const other = await open(home);
    await beginHall(other);
    const store = await open({ ...home, ledgerKey: OPERATOR }); // reads everything, may write nothing
    await order(other, revoked);
    await expect(store.write(() => 1)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(store.standing([revoked.subject]).size).toBe(1);
  });

  test("a job that fails leaves what others wrote to be read again", async () => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    const other = await open(home);
    await order(other, revoked);
    await expect(store.write((tx) => tx.refuse("no"))).rejects.toMatchObject({ code: "REFUSED" });
    expect(store.standing([revoked.subject]).size).toBe(1);
    await order(store, { ...revoked, state: "active" });
    expect(other.standing([revoked.subject]).size).toBe(0);
    expect(store.verify()).toMatchObject({ ok: true });
  });
});

test("an order that doesn't name the one before is found at opening, and stops everything", async () => {
  const home = inDir(tempDir());
  const store = await open(home);
  await fillHall(store);
  store.close();
  const db = raw(home.file);
  const [kept] = db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'ledger_kept'").all();
  db.exec("DROP TRIGGER ledger_kept");
  db.exec("DELETE FROM ledger WHERE seq = 6");
  db.exec(String(kept?.["sql"]));
  const again = await open(home);
  expect(again.state().problem).toMatchObject({ message: expect.stringContaining("order before it") });
});

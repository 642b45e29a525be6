import { expect, test } from "vitest";
import { firstDifference } from "../../src/records/compare.js";
import { openScratch } from "../../src/records/rebuild.js";
import { DECIDING_TABLES } from "../../src/records/schema.js";
import { fillHall } from "./everything.js";
import { inDir, open, tempDir } from "./home.js";
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

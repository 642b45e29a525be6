import { expect, test } from "vitest";
import { firstDifference } from "../../src/records/compare.js";
import { openScratch } from "../../src/records/rebuild.js";
import { DECIDING_TABLES } from "../../src/records/schema.js";
import { fillHall } from "./everything.js";
import { inDir, open, tempDir } from "./home.js";
import { raw } from "./raw.js";

const TAMPERING = [
  "DELETE FROM standing",
  "UPDATE standing SET subject = 'skill:org.acme/other'",
  "UPDATE orders SET policy_digest = (SELECT min(policy_digest) FROM orders) WHERE policy_digest IS NOT NULL",
  "DELETE FROM orders WHERE seq = (SELECT max(seq) FROM orders)",
  "UPDATE installs SET artifact_digest = 'f00d', version = '9.9.9'",
  "INSERT INTO keys SELECT hall_id, 0, record_id, NULL, NULL, 'operator', 'ed25519:00' FROM keys LIMIT 1",
  "UPDATE holds SET state = 'granted', ends_at = '2099-01-01T00:00:00.000Z' WHERE state = 'used'",
  "UPDATE holds SET needed = 0",
  "DELETE FROM approvals",
  "UPDATE heads SET epoch = 0",
];

test.each(TAMPERING)("what decides is rebuilt when a home is opened, after %s", async (sql) => {
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
  expect(again.verify()).toMatchObject({ ok: true });
});

test("a home that is as its records say isn't written at all when it is opened", async () => {
  const home = inDir(tempDir());
  const store = await open(home);
  await fillHall(store);
  const before = store.dataVersion();
  await open(home);
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

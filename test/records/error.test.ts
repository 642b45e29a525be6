import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../src/records/driver.js";
import { tempDir } from "./home.js";
import { raw } from "./raw.js";

test("a locked database is busy, also where rows are stepped through one by one", () => {
  const file = join(tempDir(), "a.db");
  const db = openDatabase(file);
  db.exec("CREATE TABLE t (n INTEGER) STRICT");
  expect([...db.each("SELECT n FROM t")]).toEqual([]);
  raw(file).exec("BEGIN EXCLUSIVE");
  const busy = expect.objectContaining({ code: "BUSY" });
  expect(() => [...db.each("SELECT n FROM t")]).toThrow(busy);
  expect(() => db.rows("SELECT n FROM t")).toThrow(busy);
  expect(() => db.exec("INSERT INTO t VALUES (1)")).toThrow(busy);
  db.close();
});

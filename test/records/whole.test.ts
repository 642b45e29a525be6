import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BODYLESS } from "../../src/records/whole.js";
import { fillHall } from "./everything.js";
import { call, inDir, open, tempDir } from "./home.js";
import { raw } from "./raw.js";

/** Records of fillHall: a plain decision and its receipt, a revoke, a hold, a vote, and the use of a grant. */
const ERASED = [2, 3, 6, 10, 13, 15];

describe("a ledger that isn't whole is read, and nothing is decided by it", () => {
  test.each(ERASED)("without the body of record %i, which no order erased", async (seq) => {
    const home = inDir(tempDir());
    (await fillAndClose(home)).exec(`UPDATE ledger SET salt = NULL, body = NULL WHERE seq = ${seq}`);
    const store = await open(home);
    expect(store.state().problem).toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining(`record ${seq}: its body is missing`),
    });
    expect(store.repaired).toEqual([]);
    await expect(call(store)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(store.query({ limit: 1 })).toHaveLength(1);
  });

  test("without a record that used a grant, though every trigger is back", async () => {
    const home = inDir(tempDir());
    const db = await fillAndClose(home);
    const [kept] = db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'ledger_kept'").all();
    db.exec(
      'DROP TRIGGER ledger_kept; DELETE FROM ledger WHERE instr(body, CAST(\'"grant_id":"\' AS BLOB)) > 0',
    );
    db.exec(String(kept?.["sql"]));
    rmSync(home.witness);
    const store = await open(home);
    expect(store.state().problem).toMatchObject({ message: expect.stringMatching(/counts 33 records.* 32/) });
  });

  test("what an opening asks of every record is read from an index", async () => {
    const home = inDir(tempDir());
    const db = await fillAndClose(home);
    const plan = (sql: string) =>
      JSON.stringify(db.prepare(`EXPLAIN QUERY PLAN ${sql.replace("?", "'h'")}`).all());
    expect(plan(BODYLESS)).toContain("ledger_bodyless");
    expect(plan("SELECT count(*) FROM ledger")).toContain("ledger_count");
  });
});

async function fillAndClose(home: { readonly file: string; readonly witness: string }) {
  const store = await open(home);
  await fillHall(store);
  store.close();
  return raw(home.file);
}

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applyHome } from "../../src/lifecycle/applyHome.js";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { auditVerify } from "../../src/lifecycle/auditVerify.js";
import { listSkills } from "../../src/lifecycle/listSkills.js";
import { openDatabase } from "../../src/records/driver.js";
import { failure, homeOf, type TestWorkshop, workshop } from "./project.js";

const inState = (ws: TestWorkshop, ...names: string[]) => join(ws.environment["HALL_STATE"] ?? "", ...names);

function tamper(ws: TestWorkshop, sql: string): void {
  const db = openDatabase(inState(ws, "hall.db"));
  db.exec(sql);
  db.close();
}

test.each([
  "INSERT INTO standing SELECT hall_id, 1, record_id, NULL, NULL, 'skill:org.acme/notes', 'revoked', NULL, 'org' FROM orders",
  "UPDATE keys SET key = 'ed25519:00' WHERE role = 'operator'",
  "DELETE FROM orders",
  "UPDATE heads SET epoch = 0",
  "UPDATE records SET tool = 'x' WHERE seq = 1",
])(
  "the ledger is judged as it lies, however often, and not as opening it would leave it: %s",
  async (sql) => {
    const ws = await homeOf();
    tamper(ws, sql);
    const before = readFileSync(inState(ws, "hall.db"));
    for (let again = 0; again < 2; again++) {
      expect(await auditVerify(ws)).toMatchObject({ ok: false, first_bad: { seq: expect.any(Number) } });
    }
    expect(readFileSync(inState(ws, "hall.db")).equals(before)).toBe(true);
  },
);

test("a database that is gone is the first record missing, and nothing makes another in its place", async () => {
  const ws = await homeOf();
  const file = inState(ws, "hall.db");
  renameSync(file, `${file}.away`);
  for (const verb of [() => listSkills(ws), () => auditQuery(ws, {}), () => applyHome(ws)]) {
    expect(await failure(verb())).toMatchObject({
      code: "LEDGER",
      message: expect.stringMatching(/the witness has seen 2 records .*hall\.db, is gone\. Put it back/),
      helps: expect.not.stringContaining("audit verify"),
    });
  }
  expect(await auditVerify(ws)).toMatchObject({
    ok: false,
    first_bad: { seq: 0, reason: expect.stringContaining("the witness has seen 2 records") },
  });
  expect(existsSync(file)).toBe(false);
  renameSync(`${file}.away`, file);
  expect(await auditVerify(ws)).toMatchObject({ ok: true, records: 2 });
});

test("what isn't a database is a finding", async () => {
  const ws = await homeOf();
  writeFileSync(inState(ws, "hall.db"), "no database, however long it is looked at. ".repeat(100));
  expect(await auditVerify(ws)).toMatchObject({ ok: false, first_bad: { seq: null } });
});

test("public keys are enough: it needs none of the home's own", async () => {
  const ws = await homeOf();
  rmSync(inState(ws, "keys"), { recursive: true });
  expect(await auditVerify(ws)).toMatchObject({ ok: true, records: 2 });
});

test("before the first apply there is nothing to verify, without a home neither", async () => {
  const ws = await homeOf();
  rmSync(inState(ws), { recursive: true });
  expect(await failure(auditVerify(ws))).toMatchObject({ code: "NOT_APPLIED" });
  expect(existsSync(inState(ws))).toBe(false);
  expect(await failure(auditVerify(workshop()))).toMatchObject({ code: "NO_HOME" });
});

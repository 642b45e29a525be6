import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { homeAt } from "../../src/hall/home.js";
import { loadKey } from "../../src/hall/state.js";
import { applyHome, pendingChanges } from "../../src/lifecycle/applyHome.js";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { auditVerify } from "../../src/lifecycle/auditVerify.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { openDatabase } from "../../src/records/driver.js";
import { edit, failure, homeOf, type TestWorkshop, workshop } from "./project.js";

const configOf = (ws: TestWorkshop) => join(ws.cwd, ".hall", "config.json");
const rulesOf = (ws: TestWorkshop) => join(ws.cwd, ".hall", "rules.json");
const stateOf = (ws: TestWorkshop) => homeAt(join(ws.cwd, ".hall"), ws.environment).state;

/** A home as it is after a clone: its files without this machine's state. */
async function cloned(): Promise<TestWorkshop> {
  const ws = await homeOf();
  rmSync(stateOf(ws), { recursive: true });
  return ws;
}

test("a cloned home is a stranger's: nothing is in force until a person has seen it all and accepted", async () => {
  const ws = await cloned();
  expect(await pendingChanges(ws)).toMatchObject({ pending: true });

  ws.answer = false;
  expect(await applyHome(ws)).toMatchObject({ applied: false, record_id: null, hall_id: null });
  expect(existsSync(stateOf(ws))).toBe(false);
  expect(await runTool(ws, { tool: "search_notes", input: {} })).toMatchObject({
    kind: "denied",
    denial: { code: "DENY_POLICY_NOT_APPLIED" },
    record_id: null,
  });

  ws.answer = true;
  const applied = await applyHome(ws, { reason: "I looked" });
  expect(applied).toMatchObject({ applied: true, hall_id: expect.any(String) });
  expect(ws.asked.at(-1)?.details).toEqual(applied.changes);
  expect(applied.changes).toContain('config.env: "dev"');
  expect(await auditQuery(ws, { id: applied.record_id ?? "" })).toMatchObject([{ kind: "apply" }]);
});

test("an edit changes nothing until it is applied, and applying nothing records nothing", async () => {
  const ws = await homeOf();
  edit(configOf(ws), (text) => text.replace('"low"', '"high"'));
  const changes = ['config.caller.tenant_risk: "low" becomes "high"'];
  expect(await pendingChanges(ws)).toEqual({ pending: true, changes });
  expect(await applyHome(ws)).toMatchObject({ applied: true, changes });
  expect(await pendingChanges(ws)).toEqual({ pending: false, changes: [] });
  expect(await applyHome(ws)).toMatchObject({
    applied: false,
    record_id: null,
    policy_digest: expect.any(String),
  });
  expect(await auditVerify(ws)).toMatchObject({ ok: true, records: 3 });
});

test("every problem of the rules is named, and nothing is asked", async () => {
  const ws = await homeOf();
  writeFileSync(
    rulesOf(ws),
    JSON.stringify({ rules: [{ rule_id: "", match: { where: "x" } }, { match: { env: "moon" } }] }),
  );
  const error = await failure(applyHome(ws));
  expect(error.code).toBe("BAD_FILE");
  for (const named of ["rules[0].rule_id", "where", "rules[1].rule_id", "rules[1].match.env"])
    expect(error.problems.map(({ path }) => path).join()).toContain(named);
  expect(ws.asked).toEqual([]);
});

test("a misspelt member of either file is told what it may have meant", async () => {
  const ws = await homeOf();
  writeFileSync(
    rulesOf(ws),
    JSON.stringify({
      rules: [{ rule_id: "a", match: {}, decision: { escalation: { human_required_defalt: true } } }],
    }),
  );
  expect(await failure(applyHome(ws))).toMatchObject({
    message: expect.stringMatching(/rules\.json has 1 problem\.$/),
    problems: [
      {
        file: "rules.json",
        path: "rules[0].decision.escalation.human_required_defalt",
        remedy: expect.stringMatching(/^did you mean human_required_default\? known are /),
      },
    ],
  });
  edit(configOf(ws), (text) =>
    text
      .replace('"tenant":', '"tenent":')
      .replace('"INTERNAL"', '"SECRET"')
      .replace("{}", '{"requier_signatory":true}'),
  );
  const { problems } = await failure(applyHome(ws));
  expect(problems).toEqual([
    { file: "config.json", path: "tenant", message: "is missing", remedy: "expected string" },
    {
      file: "config.json",
      path: "caller.data_label",
      message: "can't be this",
      remedy: expect.stringContaining("INTERNAL"),
    },
    expect.objectContaining({ path: "secrets.requier_signatory" }),
    expect.objectContaining({
      path: "tenent",
      message: "is not known here",
      remedy: expect.stringContaining("did you mean tenant?"),
    }),
  ]);
});

test("a key with two roles is refused", async () => {
  const ws = await homeOf();
  const publisher = loadKey(homeAt(join(ws.cwd, ".hall"), ws.environment), "publisher")?.key;
  edit(configOf(ws), (text) =>
    text.replace('"approvers": []', `"approvers": [{ "id": "ada", "key": "${publisher}" }]`),
  );
  expect(await failure(applyHome(ws))).toMatchObject({
    code: "BAD_FILE",
    problems: [{ path: "approvers[0].key" }],
  });
});

test("a home of a newer version is left alone", async () => {
  const ws = await homeOf();
  const db = openDatabase(join(stateOf(ws), "hall.db"));
  db.exec("PRAGMA user_version = 99");
  db.close();
  expect(await failure(applyHome(ws))).toMatchObject({ code: "NEWER_VERSION" });
  expect(await failure(auditVerify(ws))).toMatchObject({ code: "NEWER_VERSION" });
});

test("without a home it says how to make one", async () => {
  expect(await failure(pendingChanges(workshop()))).toMatchObject({
    code: "NO_HOME",
    helps: expect.stringContaining("hall init"),
  });
});

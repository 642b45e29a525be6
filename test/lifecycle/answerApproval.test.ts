import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { allowNamespace } from "../../src/lifecycle/allowNamespace.js";
import { answerApproval, checkAnswer } from "../../src/lifecycle/answerApproval.js";
import { applyHome } from "../../src/lifecycle/applyHome.js";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { auditVerify } from "../../src/lifecycle/auditVerify.js";
import { devSkill, type Saved } from "../../src/lifecycle/devSkill.js";
import { explain } from "../../src/lifecycle/explain.js";
import { listApprovals } from "../../src/lifecycle/listApprovals.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { showApproval } from "../../src/lifecycle/showApproval.js";
import { edit, failure, homeOf, notes, type TestWorkshop } from "./project.js";

async function devOnce(ws: TestWorkshop, dir: string): Promise<Saved> {
  return devSkill(ws, { dir, signal: new AbortController().signal, onSaved: () => {}, once: true });
}

async function withHold(): Promise<{ ws: TestWorkshop; id: string; call: () => ReturnType<typeof runTool> }> {
  const ws = await homeOf();
  await devOnce(ws, notes(ws));
  const call = () => runTool(ws, { tool: "add_note", input: { text: "buy tea" } });
  const held = await call();
  if (held.kind !== "held") throw new Error(held.kind);
  return { ws, id: held.approval_id, call };
}

test("a person sees the call whole and says yes: its retry runs exactly once", async () => {
  const { ws, id, call } = await withHold();
  expect(await listApprovals(ws)).toMatchObject([
    { approval_id: id, state: "pending", arguments: '{"text":"buy tea"}' },
  ]);
  expect(await showApproval(ws, { id })).toMatchObject({
    request: { tool: "add_note", agent: "cli:ada", skill_id: "org.acme/notes" },
  });
  expect(await answerApproval(ws, { id, verdict: "approve", reason: "fine" })).toMatchObject({
    state: "granted",
  });
  expect(await call()).toMatchObject({ kind: "done", output: { added: "buy tea", total: 1 } });
  const again = await call();
  expect(again).toMatchObject({ kind: "held" });
  expect(again.kind === "held" && again.approval_id !== id).toBe(true);
  expect(await listApprovals(ws)).toMatchObject([{ state: "pending" }]);
  expect(await showApproval(ws, { id })).toMatchObject({ state: "used", arguments: null });
  expect(await auditVerify(ws)).toMatchObject({ ok: true });
});

test("a no closes it", async () => {
  const { ws, id, call } = await withHold();
  await answerApproval(ws, { id, verdict: "deny" });
  expect(await call()).toMatchObject({ kind: "denied", denial: { code: "DENY_APPROVAL_REFUSED" } });
  expect(await failure(answerApproval(ws, { id, verdict: "approve" }))).toMatchObject({ code: "CLOSED" });
});

test("only by an approver's key, and only what waits", async () => {
  const { ws, id } = await withHold();
  const keyFile = join(ws.environment["HALL_STATE"] ?? "", "keys", "ledger.pem");
  expect(await failure(answerApproval(ws, { id, verdict: "approve", keyFile }))).toMatchObject({
    code: "NOT_AN_APPROVER",
  });
  const unknown = "00000000-0000-4000-8000-000000000000";
  expect(await failure(answerApproval(ws, { id: unknown, verdict: "approve" }))).toMatchObject({
    code: "NOT_FOUND",
  });
  expect(await failure(showApproval(ws, { id: "junk" }))).toMatchObject({ code: "NOT_FOUND" });
});

test("an approval that comes too late counts nothing", async () => {
  const { ws, id } = await withHold();
  ws.ahead = 15 * 60 * 1000;
  expect(await listApprovals(ws)).toEqual([]);
  expect(await failure(answerApproval(ws, { id, verdict: "approve" }))).toMatchObject({ code: "CLOSED" });
});

test("an answer that can't be given is refused before anybody is asked, and checking records nothing", async () => {
  const { ws, id, call } = await withHold();
  const { records } = await auditVerify(ws);
  const keyFile = join(ws.environment["HALL_STATE"] ?? "", "keys", "ledger.pem");
  expect(await failure(checkAnswer(ws, { id, verdict: "approve", keyFile }))).toMatchObject({
    code: "NOT_AN_APPROVER",
    helps: expect.stringMatching(/add \{"id": NAME, "key": "ed25519:[^"]+"\} to approvers .*hall apply/),
  });
  expect(await failure(checkAnswer(ws, { id, verdict: "approve", keyFile: "missing.pem" }))).toMatchObject({
    code: "KEY",
  });
  expect(await checkAnswer(ws, { id, verdict: "approve" })).toMatchObject({ state: "pending", yes: 0 });
  expect(await auditVerify(ws)).toMatchObject({ ok: true, records });
  await answerApproval(ws, { id, verdict: "approve" });
  await call();
  expect(await failure(checkAnswer(ws, { id, verdict: "deny" }))).toMatchObject({ code: "CLOSED" });
});

test("a used approval names the decision and the receipt of its call; one that wasn't used names none", async () => {
  const { ws, id, call } = await withHold();
  await answerApproval(ws, { id, verdict: "approve" });
  expect(await showApproval(ws, { id })).toMatchObject({ decision_record_id: null, receipt_record_id: null });
  const done = await call();
  if (done.kind !== "done") throw new Error(done.kind);
  expect(await showApproval(ws, { id })).toMatchObject({
    decision_record_id: done.record_id,
    receipt_record_id: done.receipt_id,
  });
});

describe("another policy", () => {
  const config = (ws: TestWorkshop) => join(ws.cwd, ".hall", "config.json");

  test("ends what waits and what was approved, says so before, and it is shown as superseded then", async () => {
    const { ws, id } = await withHold();
    const other = await runTool(ws, { tool: "add_note", input: { text: "milk" } });
    await answerApproval(ws, { id, verdict: "approve" });
    edit(config(ws), (text) => text.replace('"low"', '"high"'));
    await applyHome(ws);
    const line = "this ends 1 open hold and 1 unused approval: they belong to the policy in force until now";
    expect(ws.asked.at(-1)?.details.at(-1)).toBe(line);
    for (const ended of [id, other.kind === "held" ? other.approval_id : ""]) {
      expect(await showApproval(ws, { id: ended })).toMatchObject({ state: "superseded" });
      expect(await failure(answerApproval(ws, { id: ended, verdict: "deny" }))).toMatchObject({
        code: "CLOSED",
        message: expect.stringContaining("the policy changed"),
      });
    }
    await allowNamespace(ws, { namespace: "org.other" }); // nothing is open any more
    expect(ws.asked.at(-1)?.details.join()).not.toContain("this ends");
  });

  test("of one change alone says so too", async () => {
    const { ws, call } = await withHold();
    await allowNamespace(ws, { namespace: "org.other" });
    expect(ws.asked.at(-1)?.details.at(-1)).toContain("this ends 1 open hold:");
    expect((await call()).kind).toBe("held");
  });

  test("of a save says so afterwards", async () => {
    const ws = await homeOf();
    const dir = notes(ws);
    await devOnce(ws, dir);
    edit(join(ws.cwd, ".hall", "rules.json"), (text) => {
      const file = JSON.parse(text) as { readonly rules: readonly object[] };
      const rules = file.rules.filter((rule) => !JSON.stringify(rule).includes("cap.doc.search"));
      return JSON.stringify({ ...file, rules });
    });
    await applyHome(ws);
    expect((await runTool(ws, { tool: "add_note", input: { text: "tea" } })).kind).toBe("held");
    const ended = "the new rules ended 1 open hold";
    expect(await devOnce(ws, dir)).toMatchObject({ ok: true, notes: expect.arrayContaining([ended]) });
    expect(await devOnce(ws, dir)).toMatchObject({ ok: true, rules: [], notes: [] });
  });
});

test("an answer's record says who gave it, what and why", async () => {
  const { ws, id } = await withHold();
  await answerApproval(ws, { id, verdict: "deny", reason: "not today" });
  const record = (await auditQuery(ws, { id })).find(({ kind }) => kind === "approval");
  expect(await explain(ws, { what: record?.record_id ?? "" })).toMatchObject({
    kind: "approval",
    message: `operator (incident_commander) denied the call of hold ${id} with their own key, at cli. The reason: "not today"`,
  });
});

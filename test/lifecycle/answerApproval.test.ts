import { join } from "node:path";
import { expect, test } from "vitest";
import { answerApproval } from "../../src/lifecycle/answerApproval.js";
import { auditVerify } from "../../src/lifecycle/auditVerify.js";
import { devSkill } from "../../src/lifecycle/devSkill.js";
import { listApprovals } from "../../src/lifecycle/listApprovals.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { showApproval } from "../../src/lifecycle/showApproval.js";
import { failure, homeOf, notes, type TestWorkshop } from "./project.js";

async function withHold(): Promise<{ ws: TestWorkshop; id: string; call: () => ReturnType<typeof runTool> }> {
  const ws = await homeOf();
  await devSkill(ws, { dir: notes(ws), signal: new AbortController().signal, onSaved: () => {}, once: true });
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

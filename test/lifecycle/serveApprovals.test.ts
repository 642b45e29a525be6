import { join } from "node:path";
import { expect, test } from "vitest";
import { approverSession } from "../../src/lifecycle/approverSession.js";
import { devSkill } from "../../src/lifecycle/devSkill.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { serveApprovals } from "../../src/lifecycle/serveApprovals.js";
import { failure, homeOf, notes } from "./project.js";

async function withHold() {
  const ws = await homeOf();
  await devSkill(ws, { dir: notes(ws), signal: new AbortController().signal, onSaved: () => {}, once: true });
  const call = () => runTool(ws, { tool: "add_note", input: { text: "buy tea" } });
  const held = await call();
  if (held.kind !== "held") throw new Error(held.kind);
  const ledgerKey = join(ws.environment["HALL_STATE"] ?? "", "keys", "ledger.pem");
  return { ws, id: held.approval_id, call, ledgerKey };
}

test("in dev the operator answers on the page, also what another process held", async () => {
  const { ws, id, call } = await withHold();
  await serveApprovals(ws, {
    keyFiles: [],
    async serve(desk) {
      const person = desk.person();
      if (person === null) throw new Error("nobody");
      expect(person.id).toBe("operator");
      expect(desk.channels()).toEqual([]);
      expect(await desk.approver(person).vote(id, "approve", null)).toMatchObject({ state: "granted" });
    },
  });
  expect((await call()).kind).toBe("done");
});

test("a key that the policy doesn't know serves nothing", async () => {
  const { ws, ledgerKey } = await withHold();
  const serving = serveApprovals(ws, { keyFiles: [ledgerKey], serve: async () => expect.unreachable() });
  expect(await failure(serving)).toMatchObject({ code: "NOT_AN_APPROVER" });
});

test("an approver's session is theirs by name and key", async () => {
  const { ws, id, call, ledgerKey } = await withHold();
  const session = (who: string, keyFile?: string) =>
    approverSession(ws, { id: who, keyFile, surface: "mcp" }, (approver) =>
      approver.vote(id, "approve", null),
    );
  expect(await failure(session("alice"))).toMatchObject({ code: "NOT_AN_APPROVER" });
  expect(await failure(session("operator", ledgerKey))).toMatchObject({ code: "NOT_AN_APPROVER" });
  expect(await session("operator")).toMatchObject({ state: "granted" });
  expect((await call()).kind).toBe("done");
});

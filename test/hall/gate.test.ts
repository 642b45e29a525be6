import { afterAll, describe, expect, test } from "vitest";
import { principalOf } from "../../src/hall/open.js";
import { CALLER, openNotesHall } from "./memoryHall.js";

describe("a governed call", async () => {
  const parts = await openNotesHall();
  const { hall, keys } = parts;
  const gate = hall.gate(CALLER);
  afterAll(() => hall.close());

  test("lists what the caller may use, the Hall's own tools last", async () => {
    const names = (await gate.tools()).map((tool) => tool.name);
    expect(names).toEqual(["search_notes", "add_note", "hall_why", "hall_may_i", "hall_standing"]);
  });

  test("runs an allowed call, with a decision before it and a receipt after it", async () => {
    const outcome = await gate.invoke("search_notes", { query: "tea" });
    expect(outcome).toMatchObject({ kind: "done", output: { hits: [] } });
    const rows = hall.audit.query({ id: outcome.record_id as string });
    expect(rows.map((row) => row.kind)).toEqual(["decision", "receipt"]);
  });

  test("holds a risky call, runs it once when approved, and asks again after that", async () => {
    const held = await gate.invoke("add_note", { text: "buy tea" });
    expect(held.kind).toBe("held");
    if (held.kind !== "held") return;
    expect(await gate.invoke("add_note", { text: "buy tea" })).toMatchObject({
      kind: "held",
      approval_id: held.approval_id,
    });
    const approver = hall.approver(principalOf("operator", keys.operator));
    expect(approver.show(held.approval_id)).toMatchObject({
      state: "pending",
      arguments: '{"text":"buy tea"}',
    });
    await approver.vote(held.approval_id, "approve", null);
    expect(await gate.invoke("add_note", { text: "buy tea" })).toMatchObject({
      kind: "done",
      output: { added: "buy tea", total: 1 },
    });
    const again = await gate.invoke("add_note", { text: "buy tea" });
    expect(again).toMatchObject({ kind: "held" });
    expect(again.kind === "held" && again.approval_id).not.toBe(held.approval_id);
  });

  test("denies arguments that break the schema, naming places and never values", async () => {
    const outcome = await gate.invoke("search_notes", { query: 7, secret: "hunter2" });
    expect(outcome).toMatchObject({ kind: "denied", denial: { code: "DENY_INVALID_INPUT" } });
    expect(JSON.stringify(outcome)).not.toContain("hunter2");
  });

  test("denies everything at the next call after a revoke, and the tool is gone from the list", async () => {
    await hall
      .operator(principalOf("operator", keys.operator))
      .standing({ subject: "skill:org.acme/notes", state: "revoked" }, "test");
    expect(await gate.invoke("search_notes", { query: "tea" })).toMatchObject({
      kind: "denied",
      denial: { code: "DENY_SKILL_REVOKED" },
    });
    expect((await gate.tools()).map((tool) => tool.name)).not.toContain("search_notes");
  });

  test("answers about the caller's own calls", async () => {
    const outcome = await gate.invoke("hall_standing", {});
    expect(outcome).toMatchObject({
      kind: "done",
      output: { tools: [{ tool: "search_notes", may_run: false }, { tool: "add_note" }] },
    });
  });

  test("verifies as a whole", () => {
    expect(hall.audit.verify()).toMatchObject({ ok: true });
  });
});

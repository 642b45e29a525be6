import { afterAll, describe, expect, test } from "vitest";
import { commitment } from "../../src/evidence/commitment.js";
import { makeGate } from "../../src/hall/gate.js";
import { principalOf } from "../../src/hall/open.js";
import { encode } from "../../src/protocol/canonical.js";
import type { Tx } from "../../src/records/transaction.js";
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

describe("commitments", async () => {
  const parts = await openNotesHall();
  afterAll(() => parts.hall.close());

  test("to arguments and result can be opened by whoever kept them, each under a salt of its own", async () => {
    const salts: [string, Uint8Array][] = [];
    const store = parts.store();
    const spying = {
      ...store,
      write: ((job: (tx: Tx) => unknown) =>
        store.write((tx) => {
          const keepSalt = (hash: string, salt: Uint8Array) => {
            salts.push([hash, salt]);
            tx.keepSalt(hash, salt);
          };
          return job({ ...tx, state: tx.state, keepSalt });
        })) as typeof store.write,
    };
    const gate = makeGate({ ...parts.gateParts, store: () => spying }, CALLER);
    const outcome = await gate.invoke("search_notes", { query: "tea" });
    const [decision, receipt] = parts.hall.audit.query({ id: outcome.record_id ?? "" });
    const { route_input, result } = Object.assign({}, decision?.body, receipt?.body) as {
      route_input: { request: { arguments: string } };
      result: string;
    };
    expect(salts.map(([hash]) => hash)).toEqual([route_input.request.arguments, result]);
    const [[, ofArguments], [, ofResult]] = salts as [[string, Uint8Array], [string, Uint8Array]];
    expect(commitment("arguments", encode('{"query":"tea"}'), ofArguments)).toBe(
      route_input.request.arguments,
    );
    expect(commitment("result", encode('{"hits":[]}'), ofResult)).toBe(result);
    expect(parts.hall.audit.verify()).toMatchObject({ ok: true });
  });

  test("are the only trace of a value in the record", async () => {
    await parts.hall.gate(CALLER).invoke("search_notes", { query: "zanzibar" });
    expect(JSON.stringify(parts.hall.audit.query({}))).not.toContain("zanzibar");
  });
});

import { afterAll, describe, expect, test } from "vitest";
import { signerFromSeed } from "../../src/evidence/ed25519.js";
import { principalOf } from "../../src/hall/open.js";
import type { Outcome } from "../../src/protocol/outcome.js";
import { CALLER, NOTES_RULES, openNotesHall, policyOf } from "./memoryHall.js";

const MINUTE = 60_000;

function heldOf(outcome: Outcome) {
  if (outcome.kind !== "held") throw new Error(`expected held, got ${JSON.stringify(outcome)}`);
  return outcome;
}

describe("a held call", async () => {
  let now = Date.parse("2026-11-20T09:00:00.000Z");
  const parts = await openNotesHall({ clock: () => now });
  const { hall, keys } = parts;
  afterAll(() => hall.close());
  const gate = hall.gate(CALLER);
  const operator = hall.approver(principalOf("operator", keys.operator));
  const add = (text: string, options = {}) => gate.invoke("add_note", { text }, options);

  test("waits fifteen minutes under one id, whatever the session or surface of the retry", async () => {
    const held = heldOf(await add("one"));
    expect(Date.parse(held.expires_at) - now).toBe(15 * MINUTE);
    const elsewhere = hall.gate({ ...CALLER, session_id: "another", surface: "another" });
    expect(heldOf(await elsewhere.invoke("add_note", { text: "one" })).approval_id).toBe(held.approval_id);
    const shown = operator.show(held.approval_id);
    expect(shown).toMatchObject({
      state: "pending",
      request: { mode: "approve", needed: 1, tool: "add_note" },
    });
  });

  test("belongs to its caller, its arguments and its tool alone", async () => {
    const held = heldOf(await add("two"));
    await operator.vote(held.approval_id, "approve", null);
    const other = hall.gate({ ...CALLER, agent: "mcp:another" });
    expect(heldOf(await other.invoke("add_note", { text: "two" })).approval_id).not.toBe(held.approval_id);
    expect(heldOf(await add("two ")).approval_id).not.toBe(held.approval_id);
    expect(await add("two")).toMatchObject({ kind: "done" });
  });

  test("shows one commitment in hold, vote and decision", async () => {
    const { approval_id } = heldOf(await add("three"));
    await operator.vote(approval_id, "approve", null);
    const done = await add("three");
    const [decision] = hall.audit.query({ id: done.record_id ?? "", kind: "decision" });
    expect(decision?.body).toMatchObject({
      grant_id: approval_id,
      route_input: { request: { arguments: operator.show(approval_id).request.arguments } },
    });
  });

  test("that was refused answers so, and nothing more can be said to it", async () => {
    const { approval_id } = heldOf(await add("four"));
    await operator.vote(approval_id, "deny", "no");
    expect(await add("four")).toMatchObject({ kind: "denied", denial: { code: "DENY_APPROVAL_REFUSED" } });
    await expect(operator.vote(approval_id, "approve", null)).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("expires, and a grant lives ten minutes, its end excluded", async () => {
    const { approval_id } = heldOf(await add("five"));
    await operator.vote(approval_id, "approve", null);
    now += 10 * MINUTE;
    expect(heldOf(await add("five")).approval_id).not.toBe(approval_id);
    const second = heldOf(await add("five"));
    now += 15 * MINUTE;
    await expect(operator.vote(second.approval_id, "approve", null)).rejects.toMatchObject({
      code: "CLOSED",
    });
    expect(heldOf(await add("five")).approval_id).not.toBe(second.approval_id);
  });

  test("is answered by nobody but an approver with the approver's own key", async () => {
    const { approval_id } = heldOf(await add("six"));
    for (const [id, key] of [
      ["operator", signerFromSeed(new Uint8Array(32).fill(9))],
      ["mcp:test", keys.operator],
      ["somebody", keys.operator],
    ] as const) {
      const approver = hall.approver(principalOf(id, key));
      await expect(approver.vote(approval_id, "approve", null)).rejects.toMatchObject({
        code: "NOT_AN_APPROVER",
      });
    }
    expect(operator.show(approval_id).state).toBe("pending");
  });

  test("is opened once by racing calls, and consumed once", async () => {
    const racing = await Promise.all(Array.from({ length: 8 }, () => add("seven")));
    const ids = new Set(racing.map((outcome) => heldOf(outcome).approval_id));
    expect(ids.size).toBe(1);
    await operator.vote([...ids][0] as string, "approve", null);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => add("seven")));
    expect(outcomes.filter(({ kind }) => kind === "done")).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === "held")).toHaveLength(7);
  });

  test("isn't opened by a dry run, nor matched by one", async () => {
    expect(await add("eight", { dryRun: true })).toMatchObject({ kind: "dry_run", would: "hold" });
    const { approval_id } = heldOf(await add("eight"));
    await operator.vote(approval_id, "approve", null);
    expect(await add("eight", { dryRun: true })).toMatchObject({ kind: "dry_run", would: "hold" });
    expect(await add("eight")).toMatchObject({ kind: "done" });
  });

  test("isn't opened beyond twenty for one caller", async () => {
    const outcomes: Outcome[] = [];
    for (let i = 0; i < 25; i++) outcomes.push(await add(`many ${i}`));
    expect(outcomes.at(-1)).toMatchObject({ kind: "denied", denial: { code: "DENY_RATE_LIMITED" } });
  });

  test("leaves a ledger that verifies", () => {
    expect(hall.audit.verify()).toMatchObject({ ok: true });
  });
});

describe("a grant that no longer covers what is asked", async () => {
  let reason = "first reason";
  const rules = NOTES_RULES.map((rule) => ({
    ...rule,
    decision: { ...rule.decision, escalation: { policy_gate: true } },
  }));
  const { hall, keys } = await openNotesHall({
    policy: () => policyOf(rules),
    policyGate: () => ["REQUIRE_HUMAN", "policy.v1", reason],
  });
  afterAll(() => hall.close());

  test("opens a new hold, which can be answered, and then runs once", async () => {
    const gate = hall.gate(CALLER);
    const operator = hall.approver(principalOf("operator", keys.operator));
    const search = () => gate.invoke("search_notes", { query: "tea" });
    const first = heldOf(await search());
    await operator.vote(first.approval_id, "approve", null);
    reason = "second reason";
    const second = heldOf(await search());
    expect(second.approval_id).not.toBe(first.approval_id);
    expect(heldOf(await search()).approval_id).toBe(second.approval_id);
    await operator.vote(second.approval_id, "approve", null);
    expect(await search()).toMatchObject({ kind: "done" });
    expect(hall.audit.verify()).toMatchObject({ ok: true });
  });
});

describe("N of M", async () => {
  const [alice, bob] = [
    signerFromSeed(new Uint8Array(32).fill(1)),
    signerFromSeed(new Uint8Array(32).fill(2)),
  ];
  const approvers = [
    { id: "alice", key: alice.key },
    { id: "bob", key: bob.key },
  ];
  const rules = NOTES_RULES.map((rule) => ({
    ...rule,
    decision: { ...rule.decision, escalation: { human_required_default: true, approval: { approve: 2 } } },
  }));
  const { hall } = await openNotesHall({ policy: () => policyOf(rules, { approvers }) });
  afterAll(() => hall.close());

  test("counts different approvers, never one twice", async () => {
    const gate = hall.gate(CALLER);
    const { approval_id } = heldOf(await gate.invoke("add_note", { text: "x" }));
    await hall.approver(principalOf("alice", alice)).vote(approval_id, "approve", null);
    await hall.approver(principalOf("alice", alice)).vote(approval_id, "approve", null);
    expect((await gate.invoke("add_note", { text: "x" })).kind).toBe("held");
    await hall.approver(principalOf("bob", bob)).vote(approval_id, "approve", null);
    expect((await gate.invoke("add_note", { text: "x" })).kind).toBe("done");
  });
});

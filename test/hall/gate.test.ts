import { afterAll, describe, expect, test } from "vitest";
import { commitment } from "../../src/evidence/commitment.js";
import { makeGate } from "../../src/hall/gate.js";
import { principalOf } from "../../src/hall/open.js";
import type { InstalledTool } from "../../src/hall/skills.js";
import { encode } from "../../src/protocol/canonical.js";
import type { Outcome } from "../../src/protocol/outcome.js";
import type { Tx } from "../../src/records/transaction.js";
import { CALLER, NOTES_RULES, openNotesHall, policyOf } from "./memoryHall.js";

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

describe("what a caller may get wrong", async () => {
  const parts = await openNotesHall();
  const { hall } = parts;
  afterAll(() => hall.close());
  const gate = hall.gate(CALLER);

  const STRANGE: readonly (readonly unknown[])[] = [
    [Object.create(null), {}],
    [
      {
        toString: () => {
          throw new Error("secret");
        },
      },
      {},
    ],
    [Symbol("x"), {}],
    ["search_notes", { query: "tea" }, null],
    ["search_notes", { query: "tea" }, { correlationId: 5, signal: undefined }],
    [`${"T".repeat(255)}😀`, {}],
    ["search_notes", { query: "tea" }, { correlationId: "c".repeat(5_000_000) }],
  ];
  test.each(STRANGE.map((call, i) => [i, call] as const))(
    "call %i: an outcome with a record, never an exception",
    async (_i, call) => {
      const outcome = await (gate.invoke as (...args: readonly unknown[]) => Promise<Outcome>)(...call);
      expect(["done", "denied"]).toContain(outcome.kind);
      expect(outcome.record_id).not.toBeNull();
      expect(JSON.stringify(outcome)).not.toContain("secret");
    },
  );

  test("a tenant named like a member of every object is just another tenant", async () => {
    for (const tenant_id of ["constructor", "__proto__", "toString"]) {
      const outcome = await hall.gate({ ...CALLER, tenant_id }).invoke("search_notes", { query: "tea" });
      expect(outcome).toMatchObject({ kind: "denied", denial: { code: "DENY_UNKNOWN_SKILL" } });
      expect(outcome.record_id).not.toBeNull();
    }
  });

  test("a caller that isn't one is refused at once, with all that is wrong", () => {
    const bad = { ...CALLER, env: "staging", adapter: "foo", agent: "" } as unknown as typeof CALLER;
    expect(() => hall.gate(bad)).toThrow(/agent.*adapter.*env/);
    expect(() => hall.gate(undefined as never)).toThrow(TypeError);
  });
});

describe("the Hall's own tools", async () => {
  const parts = await openNotesHall();
  const { hall } = parts;
  afterAll(() => hall.close());
  const gate = hall.gate(CALLER);

  test("are denied like any other, with a record", async () => {
    const outcome = await gate.invoke("hall_why", {});
    expect(outcome).toMatchObject({ kind: "denied", denial: { code: "DENY_INVALID_INPUT" } });
    expect(hall.audit.query({ id: outcome.record_id ?? "" })).toMatchObject([
      { kind: "decision", tool: "hall_why" },
    ]);
  });

  test("have dry runs, and hall_may_i knows of them", async () => {
    expect(await gate.invoke("hall_standing", {}, { dryRun: true })).toMatchObject({
      kind: "dry_run",
      would: "run",
    });
    const may = async (tool: string, args: object = {}) => {
      const outcome = await gate.invoke("hall_may_i", { tool, arguments: args });
      return outcome.kind === "done" ? (outcome.output as { would: string }).would : outcome.kind;
    };
    expect(await may("hall_standing")).toBe("run");
    expect(await may("search_notes", { query: "tea" })).toBe("run");
    expect(await may("add_note", { text: "tea" })).toBe("hold");
    expect(await may("nothing")).toBe("deny");
    expect(hall.audit.verify()).toMatchObject({ ok: true });
  });

  test("explain the caller's own records and nobody else's", async () => {
    const { record_id } = await gate.invoke("search_notes", {});
    const why = (of: typeof gate) => of.invoke("hall_why", { record_id: record_id ?? "" });
    expect(await why(gate)).toMatchObject({ output: { found: true, code: "DENY_INVALID_INPUT" } });
    expect(await why(hall.gate({ ...CALLER, agent: "mcp:another" }))).toMatchObject({
      output: { found: false },
    });
  });
});

test("a skill's own claim satisfies no rule of the operator's", async () => {
  const claimed = "ctrl.sandbox.no-egress-default-deny";
  const rules = NOTES_RULES.map((rule) => ({
    ...rule,
    decision: { ...rule.decision, required_controls_suggested: [claimed] },
  }));
  const parts = await openNotesHall({ policy: () => policyOf(rules) });
  const { tool, ...sources } = parts.gateParts.sources;
  const claiming = async (name: string) => {
    const found = (await tool(name)) as InstalledTool;
    return { ...found, worker: { ...found.worker, currently_implements: [claimed] } };
  };
  const gate = makeGate({ ...parts.gateParts, sources: { ...sources, tool: claiming } }, CALLER);
  const outcome = await gate.invoke("search_notes", { query: "tea" });
  expect(outcome).toMatchObject({ denial: { code: "DENY_MISSING_REQUIRED_CONTROLS" } });
  await parts.hall.close();
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

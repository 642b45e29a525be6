import { afterAll, describe, expect, test } from "vitest";
import { signerFromSeed } from "../../src/evidence/ed25519.js";
import { principalOf } from "../../src/hall/open.js";
import type { GuardedCall } from "../../src/hall/types.js";
import { canonicalBytes, sha256Hex } from "../../src/protocol/canonical.js";
import { foreignDefinition } from "../../src/protocol/foreign.js";
import { CALLER, NOTES_RULES, openNotesHall, policyOf, ruleFor } from "./memoryHall.js";

const SEND = foreignDefinition({
  name: "send_mail",
  description: "Send a mail.",
  input_schema: { type: "object", properties: { to: { type: "string" } }, required: ["to"] },
});
const RULES = [
  ...NOTES_RULES,
  ruleFor("rr_mail_dev_001", "cap.mail.send", "wrk.host.tool"),
  ruleFor("rr_money_dev_001", "cap.money.move", "wrk.host.tool", {
    human_required_default: true,
    approval: "confirm",
  }),
];
const accepted = (accept: "exact" | "text") => ({
  tools: [{ origin: "host", capability: "cap.mail.send", definition: SEND, accept }],
});
const call = <T>(args: unknown = { to: "ann" }, more: Partial<GuardedCall<T>> = {}): GuardedCall<T> => ({
  definition: SEND,
  capability: "cap.mail.send",
  args,
  ...more,
});

async function openGuarded(config: object = {}, rules: readonly unknown[] = RULES) {
  const parts = await openNotesHall({ policy: () => policyOf(rules, config) });
  return { ...parts, gate: parts.hall.gate({ agent: "support-bot" }) };
}

describe("code that the host holds", async () => {
  const { hall, gate } = await openGuarded();
  afterAll(() => hall.close());

  test("runs once with the arguments that were decided on, and leaves decision and receipt", async () => {
    const seen: unknown[] = [];
    const outcome = await gate.guard(call(), (args) => {
      seen.push(args);
      return { sent: 1 };
    });
    expect(outcome).toMatchObject({ kind: "done", output: { sent: 1 }, content: null });
    expect(seen).toEqual([{ to: "ann" }]);
    if (outcome.kind !== "done") return;
    const [decision] = hall.audit.query({ id: outcome.record_id });
    const [receipt] = hall.audit.query({ id: outcome.receipt_id });
    expect(decision?.body).toMatchObject({
      actor: "agent:support-bot",
      surface: "function",
      skill_id: "org.acme/host",
      tool: "send_mail",
      facts: { skill: { definition: "accepted" } },
    });
    expect(receipt?.body).toMatchObject({ executed_by: "host", outcome: "done" });
  });

  test.each([
    ["arguments that break its schema", call({ to: 1 }), "DENY_INVALID_INPUT"],
    ["no arguments that are JSON", call({ to: 1n }), "DENY_INVALID_INPUT"],
    [
      "a capability that no rule is about",
      call(undefined, { capability: "cap.doc.delete" }),
      "DENY_UNKNOWN_SKILL",
    ],
    [
      "a capability of a rule that names other workers",
      call(undefined, { capability: "cap.doc.search" }),
      "DENY_DEFINITION_CHANGED",
    ],
    [
      "a definition that was changed",
      call(undefined, { definition: { ...SEND, description: "Send a mail" } }),
      "DENY_DEFINITION_CHANGED",
    ],
    [
      "a definition that is none",
      call(undefined, { definition: { ...SEND, description: "\ud800" } }),
      "DENY_DEFINITION_CHANGED",
    ],
  ])("isn't run with %s", async (_what, guarded, code) => {
    let ran = false;
    const outcome = await gate.guard(guarded, () => {
      ran = true;
    });
    expect(outcome).toMatchObject({ kind: "denied", denial: { code } });
    expect(outcome.record_id).not.toBeNull();
    expect(ran).toBe(false);
  });

  test("is a fault when it throws, and its text stays with the home's own people", async () => {
    const outcome = await gate.guard(call(), () => {
      throw new Error("token s3cret");
    });
    expect(outcome).toMatchObject({ kind: "failed", fault: { code: "HANDLER_ERROR" } });
    expect(JSON.stringify(outcome)).not.toContain("s3cret");
  });

  test.each([
    ["no JSON", () => 1n, "OUTPUT_INVALID"],
    ["too much", () => "x".repeat(9_000_000), "OUTPUT_TOO_LARGE"],
  ])("has a result withheld that is %s", async (_what, run, code) => {
    expect(await gate.guard(call(), run)).toMatchObject({ kind: "failed", fault: { code } });
  });

  test("may give nothing", async () => {
    expect(await gate.guard(call(), () => {})).toMatchObject({ kind: "done", output: undefined });
  });

  test("is only previewed without code to run", async () => {
    expect(await gate.guard(call(), null)).toMatchObject({ kind: "dry_run", would: "run" });
  });

  test("is stopped by its caller's signal", async () => {
    const stop = new AbortController();
    const running = gate.guard(call(undefined, { options: { signal: stop.signal } }), (_args, signal) => {
      queueMicrotask(() => stop.abort());
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve("late")));
    });
    expect(await running).toMatchObject({ kind: "failed", fault: { code: "CANCELLED" } });
    let ran = false;
    const never = () => {
      ran = true;
    };
    const aborted = call(undefined, { options: { signal: stop.signal } });
    expect(await gate.guard(aborted, never)).toMatchObject({ kind: "failed", fault: { code: "CANCELLED" } });
    expect(ran).toBe(false);
  });
});

describe("a foreign definition", () => {
  test("is pinned by the first use in dev, for every agent, and stays so after that", async () => {
    const { hall, gate } = await openGuarded();
    const other = hall.gate(CALLER);
    const changed = { ...SEND, title: "Mail" };
    expect((await gate.guard(call(), null)).kind).toBe("dry_run"); // a preview pins nothing
    expect((await other.guard(call(undefined, { definition: changed }), () => 1)).kind).toBe("done");
    expect(await gate.guard(call(), () => 1)).toMatchObject({ denial: { code: "DENY_DEFINITION_CHANGED" } });
    expect(await gate.guard(call(undefined, { definition: changed }), () => 1)).toMatchObject({
      kind: "done",
    });
    expect(hall.audit.query({ kind: "pin" })).toHaveLength(1);
    expect(hall.audit.verify()).toMatchObject({ ok: true });
    await hall.close();
  });

  test("that was refused is kept for the operator to look at", async () => {
    const { hall, gate, store } = await openGuarded(accepted("exact"));
    const definition = { ...SEND, title: "Mail" };
    await gate.guard(call(undefined, { definition }), () => 1);
    const kept = store().document(sha256Hex(canonicalBytes(definition))) ?? new Uint8Array();
    expect(JSON.parse(Buffer.from(kept).toString())).toEqual(definition);
    expect(hall.audit.verify()).toMatchObject({ ok: true });
    await hall.close();
  });

  test("that two callers use first at once is pinned once", async () => {
    const { hall, gate } = await openGuarded();
    const variants = Array.from({ length: 8 }, (_, i) => ({ ...SEND, title: `Mail ${i % 2}` }));
    const outcomes = await Promise.all(
      variants.map((definition) => gate.guard(call(undefined, { definition }), () => definition.title)),
    );
    const titles = new Set(outcomes.flatMap((o) => (o.kind === "done" ? [o.output] : [])));
    expect(titles.size).toBe(1);
    expect(outcomes.filter(({ kind }) => kind === "done")).toHaveLength(4);
    expect(hall.audit.query({ kind: "pin" })).toHaveLength(1);
    await hall.close();
  });

  test("of the policy in force is the accepted one, with the operator's capability", async () => {
    const { hall, gate } = await openGuarded(accepted("exact"));
    const lax = { capability: "cap.doc.delete" };
    expect(await gate.guard(call(undefined, lax), () => 1)).toMatchObject({
      kind: "done",
      decision: { capability_id: "cap.mail.send" },
    });
    const reworded = { ...SEND, description: "Sends a mail." };
    expect(await gate.guard(call(undefined, { definition: reworded }), () => 1)).toMatchObject({
      denial: { code: "DENY_DEFINITION_CHANGED" },
    });
    await hall.close();
  });

  test("may be reworded where the operator accepts text, and nothing else", async () => {
    const { hall, gate } = await openGuarded(accepted("text"));
    const guard = (change: object) =>
      gate.guard(call(undefined, { definition: { ...SEND, ...change } }), () => 1);
    expect((await guard({ description: "Sends a mail." })).kind).toBe("done");
    expect(await guard({ input_schema: { type: "object" } })).toMatchObject({ kind: "denied" });
    expect(await guard({ annotations: { readOnlyHint: true } })).toMatchObject({ kind: "denied" });
    await hall.close();
  });

  test("is accepted one by one outside dev, and for a server's tools everywhere", async () => {
    const server = await openGuarded({ servers: { mail: { command: "mail-server" } } });
    expect(await server.gate.guard(call(undefined, { origin: "mail" }), () => 1)).toMatchObject({
      denial: { code: "DENY_DEFINITION_CHANGED" },
    });
    await server.hall.close();
    const rule = { ...ruleFor("rr_mail_stage_001", "cap.mail.send", "wrk.host.tool") };
    const staged = { ...rule, match: { capability_id: "cap.mail.send", env: "stage" } };
    const stage = await openGuarded({ env: "stage" }, [staged]);
    expect(await stage.gate.guard(call(), () => 1)).toMatchObject({
      denial: { code: "DENY_DEFINITION_CHANGED" },
    });
    await stage.hall.close();
  });
});

test.each([null, undefined, {}, { definition: null }])("what is no call is denied: %j", async (nothing) => {
  const { hall, gate } = await openGuarded();
  const outcome = gate.guard(nothing as unknown as GuardedCall, () => 1);
  expect(await outcome).toMatchObject({ kind: "denied", denial: { code: "DENY_INTERNAL_ERROR" } });
  await hall.close();
});

test("code that nobody hashed isn't attested where that is required", async () => {
  const { hall, gate } = await openGuarded({ hall: { require_worker_attestation: true } });
  expect(await gate.guard(call(), () => 1)).toMatchObject({
    denial: { code: "DENY_WORKER_ATTESTATION_MISSING" },
  });
  await hall.close();
});

describe("an operator", () => {
  test("stops foreign code by its origin, its definition or the adapter", async () => {
    const { hall, gate, keys } = await openGuarded();
    const operator = hall.operator(principalOf("operator", keys.operator));
    const via = gate.through("langchain");
    expect((await via.guard(call(), () => 1)).kind).toBe("done");
    const degraded = { subject: "skill:org.acme/host", state: "degraded", adapter: "langchain" } as const;
    await operator.standing(degraded, "trial");
    expect(await via.guard(call(), () => 1)).toMatchObject({ denial: { code: "DENY_ADAPTER_DEGRADED" } });
    expect((await gate.guard(call(), () => 1)).kind).toBe("done");
    await operator.standing({ subject: "skill:org.acme/host", state: "revoked" }, "stop");
    expect(await gate.guard(call(), () => 1)).toMatchObject({ denial: { code: "DENY_SKILL_REVOKED" } });
    await hall.close();
  });

  test("reaches a running call", async () => {
    const { hall, gate, keys } = await openGuarded();
    const operator = hall.operator(principalOf("operator", keys.operator));
    const outcome = await gate.guard(call(), async (_args, signal) => {
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
      await operator.standing({ subject: "skill:org.acme/host", state: "revoked" }, "stop");
      await aborted;
      return "late";
    });
    expect(outcome).toMatchObject({ kind: "failed", fault: { code: "REVOKED_IN_FLIGHT" } });
    await hall.close();
  });
});

describe("a foreign call that waits for a person", async () => {
  const { hall, gate, keys } = await openGuarded();
  afterAll(() => hall.close());
  const MOVE = foreignDefinition({ name: "move_money", input_schema: { type: "object" } });
  const move = (amount: number, options = {}): GuardedCall<unknown> => ({
    definition: MOVE,
    capability: "cap.money.move",
    args: { amount },
    options,
  });

  test("runs once after a confirmation, for exactly what was asked", async () => {
    const asked: unknown[] = [];
    const onHold = async (question: { arguments: string; tool: string; mode: string }) => {
      asked.push([question.tool, question.mode, question.arguments]);
      return "confirmed" as const;
    };
    let runs = 0;
    const run = () => ++runs;
    expect(await gate.guard(move(1, { onHold }), run)).toMatchObject({ kind: "done", output: 1 });
    expect(asked).toEqual([["move_money", "confirm", '{"amount":1}']]);
    expect(await gate.guard(move(1), run)).toMatchObject({ kind: "held" });
    expect(runs).toBe(1);
    expect(hall.audit.verify()).toMatchObject({ ok: true });
  });

  test("is refused by a no, and waits where nobody is there", async () => {
    const held = await gate.guard(move(2, { onHold: async () => "later" }), () => 1);
    expect(held).toMatchObject({ kind: "held", question: { arguments: '{"amount":2}' } });
    const refused = await gate.guard(move(2, { onHold: async () => "declined" }), () => 1);
    expect(refused).toMatchObject({ kind: "denied", denial: { code: "DENY_APPROVAL_REFUSED" } });
    expect(
      await gate.guard(move(3, { onHold: () => Promise.reject(new Error("x")) }), () => 1),
    ).toMatchObject({
      kind: "held",
    });
  });

  test("is opened by a preview that may, which then sees the grant and leaves it", async () => {
    const preview = () => gate.guard(move(4, { openHold: true }), () => "never");
    const held = await preview();
    if (held.kind !== "held") throw new Error(held.kind);
    expect((await preview()).kind).toBe("held");
    const approver = hall.approver(principalOf("operator", keys.operator));
    await approver.vote(held.approval_id, "approve", null);
    expect(await gate.guard(move(4, { openHold: true }), null)).toMatchObject({
      kind: "dry_run",
      would: "run",
    });
    expect(await gate.guard(move(4), () => 1)).toMatchObject({ kind: "done" });
    expect(hall.audit.verify()).toMatchObject({ ok: true });
  });
});

test("a preview that opens a hold puts a no on record", async () => {
  const { hall, gate } = await openGuarded();
  const definition = foreignDefinition({ name: "move_money" });
  const guarded = (options: object) => ({ definition, capability: "cap.money.move", args: {}, options });
  const said = await gate.guard(guarded({ openHold: true, onHold: async () => "declined" }), null);
  expect(said).toMatchObject({ kind: "dry_run", would: "deny", denial: { code: "DENY_APPROVAL_REFUSED" } });
  expect(await gate.guard(guarded({}), () => 1)).toMatchObject({ denial: { code: "DENY_APPROVAL_REFUSED" } });
  await hall.close();
});

describe("where a confirmation mayn't do", () => {
  const tool = (risk_tier: string) => ({
    origin: "host",
    capability: "cap.money.move",
    definition: foreignDefinition({ name: "move_money" }),
    risk_tier,
  });
  const stage = RULES.map((rule) => ({ ...rule, match: { capability_id: rule.match.capability_id } }));
  const CASES: readonly (readonly [what: string, config: object, mode: string])[] = [
    ["in dev for medium risk", { tools: [tool("medium")] }, "confirm"],
    ["in stage for medium risk", { env: "stage", tools: [tool("medium")] }, "confirm"],
    ["in prod", { env: "prod", tools: [tool("low")] }, "approve"],
    ["in edge", { env: "edge", tools: [tool("low")] }, "approve"],
    ["for high risk", { tools: [tool("high")] }, "approve"],
    ["for critical risk", { tools: [tool("critical")] }, "approve"],
  ];
  test.each(CASES)("%s", async (_what, config, mode) => {
    const { hall, gate } = await openGuarded(config, stage);
    const definition = foreignDefinition({ name: "move_money" });
    let runs = 0;
    const onHold = async () => "confirmed" as const;
    const guarded = { definition, capability: "cap.money.move", args: {}, options: { onHold } };
    const outcome = await gate.guard(guarded, () => ++runs);
    if (mode === "confirm") expect([outcome.kind, runs]).toEqual(["done", 1]);
    else expect(outcome).toMatchObject({ kind: "held", question: { mode: "approve" } });
    expect(runs).toBe(mode === "confirm" ? 1 : 0);
    expect(hall.audit.verify()).toMatchObject({ ok: true });
    await hall.close();
  });
});

test("a foreign tool never goes by the name of an installed skill", async () => {
  const { hall, gate } = await openGuarded();
  const outcome = await gate.guard(call(undefined, { origin: "notes" }), () => 1);
  expect(outcome).toMatchObject({ kind: "denied", denial: { code: "DENY_DEFINITION_CHANGED" } });
  await hall.close();
});

test("what an operator has to accept isn't accepted by its first use, in dev either", async () => {
  const { hall, gate } = await openGuarded();
  const outcome = await gate.guard(call(undefined, { origin: "mail", acceptedBy: "operator" }), () => 1);
  expect(outcome).toMatchObject({ kind: "denied", denial: { code: "DENY_DEFINITION_CHANGED" } });
  expect(hall.audit.query({ kind: "pin" })).toEqual([]);
  await hall.close();
});

test("one tool of two origins waits twice, each for its own", async () => {
  const { hall, gate } = await openGuarded();
  const definition = foreignDefinition({ name: "move_money" });
  const from = (origin: string, options = {}) => ({
    definition,
    capability: "cap.money.move",
    origin,
    args: {},
    options,
  });
  const work = await gate.guard(from("work"), () => "work");
  const asked: (string | null)[] = [];
  const onHold = async ({ skill_id }: { skill_id: string | null }) => {
    asked.push(skill_id);
    return "confirmed" as const;
  };
  expect(await gate.guard(from("home", { onHold }), () => "home")).toMatchObject({
    kind: "done",
    output: "home",
  });
  expect(asked).toEqual(["org.acme/home"]);
  const still = await gate.guard(from("work"), () => "work");
  expect(still).toMatchObject({ kind: "held" });
  expect(still.kind === "held" && work.kind === "held" && still.approval_id === work.approval_id).toBe(true);
  await hall.close();
});

test("a result is read once: what is checked is what the receipt commits to", async () => {
  const { hall, gate } = await openGuarded();
  const definition = { ...SEND, name: "send_twice", output_schema: { type: "string" } };
  let reads = 0;
  const outcome = await gate.guard(call(undefined, { definition }), () => ({
    toJSON: () => `read ${++reads}`,
  }));
  expect([outcome.kind, reads]).toEqual(["done", 1]);
  await hall.close();
});

test("a result is checked against the schema that was decided on, whatever the code does to it", async () => {
  const { hall, gate } = await openGuarded();
  const definition = { ...SEND, output_schema: { type: "string" } } as {
    output_schema: unknown;
  } & typeof SEND;
  const outcome = await gate.guard(call(undefined, { definition }), () => {
    Object.assign(definition, { output_schema: null });
    return 1;
  });
  expect(outcome).toMatchObject({ kind: "failed", fault: { code: "OUTPUT_INVALID" } });
  await hall.close();
});

test("a confirmation isn't enough where an approval is asked for", async () => {
  const { hall } = await openNotesHall();
  const gate = hall.gate({ agent: "support-bot" });
  const outcome = await gate.invoke("add_note", { text: "x" }, { onHold: async () => "confirmed" });
  expect(outcome).toMatchObject({ kind: "held", question: { mode: "approve" } });
  await hall.close();
});

test("an approver who answers while the surface waits lets the call go on", async () => {
  const { hall, keys } = await openNotesHall();
  const approver = hall.approver(principalOf("operator", keys.operator));
  const gate = hall.gate({ agent: "support-bot" });
  let asked = 0;
  const onHold = async ({ approval_id }: { approval_id: string }) => {
    if (++asked === 3) await approver.vote(approval_id, "approve", null);
    return "look_again" as const;
  };
  expect(await gate.invoke("add_note", { text: "x" }, { onHold })).toMatchObject({ kind: "done" });
  expect(asked).toBe(3);
  await hall.close();
});

test("a surface that always says look again lets the rest of the process go on, until the call is cancelled", async () => {
  const { hall } = await openNotesHall();
  const stop = new AbortController();
  let asked = 0;
  const onHold = async () => {
    if (++asked === 3) stop.abort();
    return "look_again" as const;
  };
  const gate = hall.gate({ agent: "support-bot" });
  const outcome = await gate.invoke("add_note", { text: "z" }, { onHold, signal: stop.signal });
  expect([outcome.kind, asked]).toEqual(["held", 3]);
  await hall.close();
});

test("an agent's name is never an approver's", async () => {
  const { hall } = await openNotesHall();
  expect(() => hall.gate({ agent: "" })).toThrow(/agent: expected a name/);
  const stranger = signerFromSeed(new Uint8Array(32).fill(7));
  const held = await hall.gate({ agent: "bot" }).invoke("add_note", { text: "y" });
  if (held.kind !== "held") throw new Error(held.kind);
  await expect(
    hall.approver(principalOf("agent:bot", stranger)).vote(held.approval_id, "approve", null),
  ).rejects.toMatchObject({ code: "NOT_AN_APPROVER" });
  await hall.close();
});

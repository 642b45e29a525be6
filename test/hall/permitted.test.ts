import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { openMemoryHall, principalOf } from "../../src/hall/open.js";
import { build, CALLER, install, policyOf, ruleFor } from "./memoryHall.js";

const UNRULY = fileURLToPath(new URL("../setup/unruly", import.meta.url));

describe("a handler that misbehaves", async () => {
  const parts = await openMemoryHall({
    policy: () => policyOf([ruleFor("rr_unruly_dev_001", "cap.test.misbehave", "wrk.test.unruly")]),
  });
  await install(parts, await build(UNRULY));
  const { hall, keys } = parts;
  const gate = hall.gate(CALLER);
  afterAll(() => hall.close());

  const FAULTS: readonly (readonly [tool: string, code: string])[] = [
    ["throws_text", "HANDLER_ERROR"],
    ["returns_cycle", "OUTPUT_INVALID"],
    ["returns_much", "OUTPUT_TOO_LARGE"],
    ["exits", "HANDLER_EXITED"],
    ["spins", "HANDLER_TIMEOUT"],
    ["slow", "HANDLER_TIMEOUT"],
    ["lies", "OUTPUT_INVALID"],
  ];
  test.each(FAULTS)("%s fails as %s, with a receipt and none of its text", async (tool, code) => {
    const outcome = await gate.invoke(tool, {});
    expect(outcome).toMatchObject({ kind: "failed", fault: { code } });
    expect(JSON.stringify(outcome)).not.toContain("secret text");
    if (outcome.kind !== "failed") return;
    const [receipt] = hall.audit.query({ id: outcome.receipt_id ?? "" });
    expect(receipt).toMatchObject({
      kind: "receipt",
      parent_id: outcome.record_id,
      body: { outcome: "failed", result: null },
    });
  });

  test("what it prints goes nowhere, and its answer arrives", async () => {
    expect(await gate.invoke("prints", {})).toMatchObject({ kind: "done", output: { ok: true } });
  });

  test("a cancelled call is a fault of its own, and the handler hears of it", async () => {
    const controller = new AbortController();
    const outcome = await gate.invoke(
      "slow",
      {},
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    expect(outcome).toMatchObject({ kind: "failed", fault: { code: "CANCELLED" } });
  });

  test("a revoke reaches a call that is running", async () => {
    const operator = hall.operator(principalOf("operator", keys.operator));
    const revoke = { subject: "skill:org.acme/unruly", state: "revoked" } as const;
    let revoked: Promise<unknown> | undefined;
    const outcome = await gate.invoke(
      "slow",
      {},
      { onProgress: () => (revoked ??= operator.standing(revoke, "test")) },
    );
    await revoked;
    expect(outcome).toMatchObject({ kind: "failed", fault: { code: "REVOKED_IN_FLIGHT" } });
    expect(await gate.invoke("prints", {})).toMatchObject({
      kind: "denied",
      denial: { code: "DENY_SKILL_REVOKED" },
    });
  });

  test("leaves a ledger that verifies", () => {
    expect(hall.audit.verify()).toMatchObject({ ok: true, open_calls: [] });
  });
});

describe("what a revoke leaves of a skill", async () => {
  const parts = await openMemoryHall({
    policy: () => policyOf([ruleFor("rr_unruly_dev_001", "cap.test.misbehave", "wrk.test.unruly")]),
  });
  await install(parts, await build(UNRULY));
  const { hall, keys } = parts;
  afterAll(() => hall.close());

  test("is no warm child", async () => {
    const asked: boolean[] = [];
    const { runner } = parts;
    const retain = runner.retain.bind(runner);
    runner.retain = (mayStay) => retain((lane) => asked.push(mayStay(lane)) > 0 && (asked.at(-1) ?? false));
    expect(await hall.gate(CALLER).invoke("prints", {})).toMatchObject({ kind: "done" });
    const operator = hall.operator(principalOf("operator", keys.operator));
    await operator.standing({ subject: "skill:org.acme/unruly", state: "revoked" }, "test");
    await expect.poll(() => asked.at(-1)).toBe(false);
  });
});

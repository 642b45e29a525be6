import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type HumanApprovalCallback, humanApprovals } from "../../../src/hall/approvals/humanApprovals.js";
import { principalOf } from "../../../src/hall/open.js";
import { CALLER, openNotesHall } from "../memoryHall.js";

async function hallWith(ask: HumanApprovalCallback) {
  const { hall, keys } = await openNotesHall({ clock: () => Date.parse("2026-11-20T09:00:00.000Z") });
  onTestFinished(() => hall.close());
  const operator = hall.approver(principalOf("operator", keys.operator));
  const add = (text: string) => hall.gate(CALLER).invoke("add_note", { text });
  const errors: unknown[] = [];
  const start = () => {
    const asking = humanApprovals(operator, ask, (error) => errors.push(error));
    onTestFinished(() => asking.stop());
    return asking;
  };
  return { add, operator, errors, start };
}

test("each hold is handed over once, whole, also one from before; its answer is signed and lets the call run once", async () => {
  const asked: (string | null)[] = [];
  const { add, start } = await hallWith((hold) => {
    asked.push(hold.arguments);
    return { verdict: "approve", reason: "as agreed" };
  });
  await add("first");
  const asking = start();
  await asking.look();
  await add("second");
  await asking.look();
  await asking.look();
  expect(asked).toEqual(['{"text":"first"}', '{"text":"second"}']);
  for (const text of ["first", "second"]) {
    expect((await add(text)).kind).toBe("done");
    expect((await add(text)).kind).toBe("held");
  }
});

test("a hold that is opened later is handed over by itself", async () => {
  const { add, operator, start } = await hallWith(() => ({ verdict: "approve" }));
  start();
  await add("later");
  await vi.waitFor(() => expect(operator.list()).toMatchObject([{ state: "granted" }]), 10_000);
});

test("a no refuses", async () => {
  const { add, start } = await hallWith(() => ({ verdict: "deny" }));
  await add("first");
  await start().look();
  expect(await add("first")).toMatchObject({ kind: "denied", denial: { code: "DENY_APPROVAL_REFUSED" } });
});

describe("leaves the hold as it is", () => {
  const callbacks: readonly [string, HumanApprovalCallback, number][] = [
    ["without an answer", () => null, 0],
    ["when the callback throws", () => Promise.reject(new Error("offline")), 1],
    ["when it answers something else", () => ({ verdict: "yes" as "approve" }), 1],
  ];
  test.each(callbacks)("%s", async (_, ask, failures) => {
    const { add, operator, errors, start } = await hallWith(ask);
    await add("first");
    await start().look();
    expect(operator.list()).toMatchObject([{ state: "pending", answers: [] }]);
    expect(errors).toHaveLength(failures);
  });
});

test("what this approver has answered before a restart isn't handed over again", async () => {
  let asked = 0;
  const { add, start } = await hallWith(() => {
    asked++;
    return { verdict: "escalate" };
  });
  await add("first");
  const before = start();
  await before.look();
  before.stop();
  await start().look();
  expect(asked).toBe(1);
});

test("stopped, it hands nothing over, and an answer that comes later counts nothing", async () => {
  let answer: (said: { verdict: "approve" }) => void = () => {};
  const { add, operator, start } = await hallWith(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  await add("first");
  const asking = start();
  asking.stop();
  answer({ verdict: "approve" });
  await asking.look();
  expect(operator.list()).toMatchObject([{ state: "pending", answers: [] }]);
});

test("an answer of the wrong kind is said on the console when nobody takes errors", async () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
  onTestFinished(() => warned.mockRestore());
  const { add, operator } = await hallWith(() => null);
  await add("first");
  const asking = humanApprovals(operator, (() => "approve") as unknown as HumanApprovalCallback);
  onTestFinished(() => asking.stop());
  await asking.look();
  const [hold] = operator.list();
  expect(hold).toMatchObject({ state: "pending", answers: [] });
  expect(warned.mock.calls).toEqual([
    [expect.stringContaining('{ verdict: "approve" | "deny" | "escalate"')],
  ]);
  expect(warned.mock.calls[0]?.[0]).toContain(hold?.approval_id);
});

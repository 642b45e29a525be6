import { expect, onTestFinished, test } from "vitest";
import { principalOf } from "../../src/hall/open.js";
import { CALLER, openNotesHall } from "./memoryHall.js";

test("what waits is listed, oldest first, however many holds were answered since", async () => {
  const { hall, keys } = await openNotesHall({ clock: () => Date.parse("2026-11-20T09:00:00.000Z") });
  onTestFinished(() => hall.close());
  const operator = hall.approver(principalOf("operator", keys.operator));
  const ask = async (text: string) => {
    const outcome = await hall.gate(CALLER).invoke("add_note", { text });
    return outcome.kind === "held" ? outcome.approval_id : "";
  };
  const waiting = await ask("waits");
  for (let n = 0; n < 100; n++) await operator.vote(await ask(`no ${n}`), "deny", null);
  const granted = await ask("granted");
  await operator.vote(granted, "approve", null);
  expect(operator.list()).toMatchObject([
    { approval_id: waiting, state: "pending" },
    { approval_id: granted, state: "granted" },
  ]);
});

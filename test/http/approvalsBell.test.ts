import { expect, onTestFinished, test } from "vitest";
import { principalOf } from "../../src/hall/open.js";
import { openBell } from "../../src/http/approvalsBell.js";
import { KEYS, ORIGIN, openTestDesk } from "./approvalDesk.js";

test("a hold rings once, with its page and without its arguments; an answer rings nothing", async () => {
  const { desk, held, add, said, hall } = await openTestDesk();
  const before = await held("a secret");
  const bell = openBell(desk, ORIGIN);
  onTestFinished(() => bell.stop());
  const line = (id: string) =>
    expect.stringMatching(
      new RegExp(
        `^mcp:test asks to run add_note, until 2026-11-20T09:\\d\\d:00.000Z: ${ORIGIN}/approvals/${id}$`,
      ),
    );
  expect(said).toEqual([line(before)]);
  const next = await held("another secret");
  await expect.poll(() => said).toEqual([line(before), line(next)]);
  await add("another secret"); // meets its hold again
  await hall.approver(principalOf("alice", KEYS.alice)).vote(before, "deny", null);
  const last = await held("third");
  await expect.poll(() => said).toEqual([line(before), line(next), line(last)]);
  bell.stop();
  await held("fourth");
  expect(said).toHaveLength(3);
});

import { expect, test } from "vitest";
import { progressSender } from "../../src/mcp/progress.js";

function slowClient() {
  const sent: number[] = [];
  const releases: (() => void)[] = [];
  const sender = progressSender(({ progress }) => {
    sent.push(progress);
    return new Promise((resolve) => {
      releases.push(resolve);
    });
  });
  const release = async () => {
    releases.shift()?.();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { sent, release, sender };
}

test("while one report is under way only the newest waits", async () => {
  const { sent, release, sender } = slowClient();
  for (const progress of [1, 2, 3, 4]) sender.report({ progress });
  expect(sent).toEqual([1]);
  await release();
  expect(sent).toEqual([1, 4]);
});

test("a report that doesn't increase is dropped", () => {
  const sent: number[] = [];
  const sender = progressSender(async ({ progress }) => {
    sent.push(progress);
  });
  for (const progress of [1, 1, 0, Number.NaN, Number.POSITIVE_INFINITY]) sender.report({ progress });
  expect(sent).toEqual([1]);
});

test("the end waits for what is being sent, and nothing comes after it", async () => {
  const { sent, release, sender } = slowClient();
  sender.report({ progress: 1 });
  sender.report({ progress: 2 });
  let ended = false;
  const end = sender.end().then(() => {
    ended = true;
  });
  sender.report({ progress: 3 });
  await release();
  expect(ended).toBe(false);
  await release();
  await end;
  expect(sent).toEqual([1, 2]);
});

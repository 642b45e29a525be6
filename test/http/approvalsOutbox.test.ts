import { createHmac } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { openOutbox } from "../../src/http/approvalsOutbox.js";
import { NINE, openTestDesk, SECRETS } from "./approvalDesk.js";

async function outbox() {
  const desk = await openTestDesk();
  const before = await desk.held("from before");
  const box = openOutbox(desk.desk);
  onTestFinished(() => box.stop());
  await box.look();
  return { ...desk, box, before };
}

test("each hold is announced once to each channel, signed with the channel's secret", async () => {
  const { sent, box, held } = await outbox();
  expect(sent.map(({ url }) => url)).toEqual(["http://127.0.0.1:9/hook", "http://127.0.0.1:9/other"]);
  await held("new");
  await box.look();
  await box.look();
  expect(sent).toHaveLength(4);
  for (const { headers, body, url } of sent) {
    const timestamp = headers.get("x-hall-timestamp");
    expect(timestamp).toBe(String(NINE / 1000));
    const secret = SECRETS[url.endsWith("hook") ? "SLACK_ONE" : "SLACK_TWO"] ?? "";
    const mac = createHmac("sha256", secret).update(`v1:${timestamp}:${body}`).digest("hex");
    expect(headers.get("x-hall-signature")).toBe(`v1=${mac}`);
  }
});

test("what fails is tried again, three times in all, and said on the terminal without a secret", async () => {
  const { sent, box, held, answerWith, said } = await outbox();
  answerWith(500);
  const id = await held("new");
  for (let n = 0; n < 5; n++) await box.look();
  expect(sent.filter(({ body }) => body.includes(id))).toHaveLength(6);
  expect(said[0]).toMatch(/^slack:T[12] wasn't told of [0-9a-f-]{36}: it answered 500\.$/);
});

test("nothing is sent in the clear to another machine, or without a secret", async () => {
  const { desk, sent, said } = await openTestDesk();
  const channels = desk.channels();
  const elsewhere = channels.map((channel) => ({ ...channel, url: "http://example.com/hook" }));
  const unset = channels.map((channel) => ({ ...channel, secret: "UNSET" }));
  const named = channels.map((channel) => ({ ...channel, url: "env:UNSET" }));
  await desk.approver; // the hall is open
  for (const list of [elsewhere, unset, named]) {
    const box = openOutbox({ ...desk, channels: () => list });
    onTestFinished(() => box.stop());
    await box.look();
  }
  expect([sent, said]).toEqual([[], []]); // nothing waits yet
});

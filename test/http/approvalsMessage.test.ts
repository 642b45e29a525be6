import { describe, expect, test } from "vitest";
import { readerOf } from "../../src/http/approvalsDesk.js";
import { isShownInSlack, slackMessage } from "../../src/http/approvalsMessage.js";
import { openTestDesk } from "./approvalDesk.js";

async function messageOf(text: string) {
  const { hall, held } = await openTestDesk();
  const id = await held(text);
  const hold = readerOf({ approver: hall.approver }).show(id);
  const message = JSON.parse(JSON.stringify(slackMessage(hold)));
  const texts: string[] = message.blocks.flatMap(
    (block: { text?: { text: string } }) => block.text?.text ?? [],
  );
  const buttons: { action_id: string; value: string }[] = message.blocks.at(-1).elements;
  return { hold, id, message, texts, buttons };
}

test("everything that a yes covers, in plain text, with buttons that carry the id", async () => {
  const { texts, buttons, id, message } = await messageOf("buy tea");
  const whole = texts.join("");
  for (const part of ["org.acme/notes", "add_note", "mcp:test", 'arguments: {"text":"buy tea"}'])
    expect(whole).toContain(part);
  expect(buttons.map(({ action_id }) => action_id)).toEqual(["hall_approve", "hall_deny", "hall_escalate"]);
  expect(new Set(buttons.map(({ value }) => value))).toEqual(new Set([id]));
  for (const block of message.blocks.slice(0, -1))
    expect(block.text).toMatchObject({ type: "plain_text", emoji: false });
});

test("foreign text mentions, links and hides nothing", async () => {
  const { texts } = await messageOf("<!channel> <https://evil|here> &lt; \u202e\u200b");
  const whole = texts.join("");
  expect(whole).toContain("&lt;!channel&gt; &lt;https://evil|here&gt; &amp;lt; \\u202e\\u200b");
  expect(whole).not.toMatch(/[<>\u202e\u200b]/);
});

describe("a long call", () => {
  test("is shown whole, in pieces that Slack takes and that cut no entity", async () => {
    const { hold } = await messageOf("x");
    const long = { ...hold, arguments: JSON.stringify({ text: "&".repeat(2_000) }) };
    const { blocks } = JSON.parse(JSON.stringify(slackMessage(long)));
    const texts: string[] = blocks.slice(0, -1).map((block: { text: { text: string } }) => block.text.text);
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(3_000);
    for (const text of texts) expect(text.replaceAll(/&(?:amp|lt|gt);/g, "")).not.toContain("&");
    expect(texts.join("").replaceAll("&amp;", "&")).toContain(long.arguments);
  });
  test("that doesn't fit isn't shown in part, and has no button for yes", async () => {
    const { hold } = await messageOf("x");
    const long = { ...hold, arguments: JSON.stringify({ text: "x".repeat(60_000) }) };
    expect(isShownInSlack(long)).toBe(false);
    const message = JSON.stringify(slackMessage(long));
    expect(message).not.toContain("xxx");
    expect(message).not.toContain("hall_approve");
    expect(message).toContain("hall_deny");
  });
});

import type { ModelMessage } from "ai";
import { describe, expect, test } from "vitest";
import { answersIn, answerTo, callIn, isComingBack } from "../../../adapters/vercel-ai/answer.js";

const CALL = { type: "tool-call", toolCallId: "c1", toolName: "add_note", input: { text: "tea" } };
const REQUEST = { type: "tool-approval-request", approvalId: "r1", toolCallId: "c1" };
const YES = { type: "tool-approval-response", approvalId: "r1", approved: true };

const history = (request: object, ...answers: object[]) =>
  [
    { role: "user", content: "Please." },
    { role: "assistant", content: [CALL, request] },
    { role: "tool", content: answers },
  ] as readonly ModelMessage[];

describe("the answers that a history ends with", () => {
  test("name their call, their request and what was shown", () => {
    expect(answersIn(history({ ...REQUEST, reason: "why" }, YES))).toEqual([
      { toolCallId: "c1", requestId: "r1", isYes: true, shown: "why" },
    ]);
    expect(answerTo("c1", history(REQUEST, { ...YES, approved: false }))).toMatchObject({
      isYes: false,
      shown: null,
    });
    expect(answerTo("c2", history(REQUEST, YES))).toBeUndefined();
  });

  test.each<[string, readonly ModelMessage[]]>([
    ["one that the SDK gave by itself", history({ ...REQUEST, isAutomatic: true }, YES)],
    ["one to no request", history(REQUEST, { ...YES, approvalId: "r2" })],
    ["one that isn't the end", [...history(REQUEST, YES), { role: "user", content: "And?" }]],
    ["none", [{ role: "user", content: "Please." }]],
    ["nothing at all", []],
  ])("are not %s", (_what, messages) => {
    expect(answersIn(messages)).toEqual([]);
  });

  test("are a yes only when they say so", () => {
    expect(answerTo("c1", history(REQUEST, { ...YES, approved: "yes" }))).toMatchObject({ isYes: false });
  });

  test("of two to one call, the first counts", () => {
    expect(answersIn(history(REQUEST, { ...YES, approved: false }, YES))).toMatchObject([{ isYes: false }]);
  });
});

test("a call is found as the history has it", () => {
  expect(callIn("c1", history(REQUEST, YES))).toMatchObject({ toolName: "add_note", input: { text: "tea" } });
  expect(callIn("c2", history(REQUEST, YES))).toBeUndefined();
});

test("a call comes back with whatever answers it, also by the SDK itself", () => {
  for (const request of [REQUEST, { ...REQUEST, isAutomatic: true }])
    for (const approved of [true, false])
      expect(isComingBack("c1", history(request, { ...YES, approved }))).toBe(true);
  expect(isComingBack("c2", history(REQUEST, YES))).toBe(false);
  expect(isComingBack("c1", [...history(REQUEST, YES), { role: "user", content: "And?" }])).toBe(false);
  expect(isComingBack("c1", [])).toBe(false);
});

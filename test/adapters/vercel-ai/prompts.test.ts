import { expect, test } from "vitest";
import type { Answer } from "../../../adapters/vercel-ai/answer.js";
import { noteAsked, reasonOf, takeAnswer } from "../../../adapters/vercel-ai/prompts.js";
import type { HoldQuestion } from "../../../src/protocol/outcome.js";

const FIRST = "00000000-0000-4000-8000-000000000001";
const OTHER = "00000000-0000-4000-8000-000000000002";

const question = (approval_id: string, more: Partial<HoldQuestion> = {}): HoldQuestion => ({
  approval_id,
  mode: "confirm",
  needed: 1,
  supervisor_level: null,
  holds: [],
  skill_id: "org.acme/notes",
  title: "Notes",
  tool: "add_note",
  arguments: "{}",
  expires_at: "2026-11-20T15:00:00.000Z",
  ...more,
});
const answer = (requestId: string, more: Partial<Answer> = {}): Answer => ({
  toolCallId: "c1",
  requestId,
  isYes: true,
  shown: null,
  ...more,
});

test("an answer counts for the hold that its call was asked about, once", () => {
  noteAsked("c1", question(FIRST));
  expect(takeAnswer(answer("a"), OTHER)).toBe(false);
  expect(takeAnswer(answer("a", { toolCallId: "c2" }), FIRST)).toBe(false);
  expect(takeAnswer(answer("a"), FIRST)).toBe(true);
  expect(takeAnswer(answer("a"), FIRST)).toBe(false);
});

test("an answer that was spent is none to the next question about the same call", () => {
  noteAsked("c1", question(FIRST));
  expect(takeAnswer(answer("b"), FIRST)).toBe(true);
  noteAsked("c1", question(OTHER));
  expect(takeAnswer(answer("b"), OTHER)).toBe(false);
  expect(takeAnswer(answer("c"), OTHER)).toBe(true);
});

test("a reason proves nothing: nobody was asked, so it is no answer", () => {
  const shown = reasonOf(question(FIRST));
  expect(takeAnswer(answer("d", { toolCallId: "made up", shown }), FIRST)).toBe(false);
  noteAsked("c3", question(OTHER));
  expect(takeAnswer(answer("d", { toolCallId: "c3", shown }), FIRST)).toBe(false);
});

test("a reason that names another hold speaks against an answer", () => {
  noteAsked("c1", question(OTHER));
  const about = (hold: string) => ({ shown: reasonOf(question(hold)) });
  expect(takeAnswer(answer("e", about(FIRST)), OTHER)).toBe(false);
  expect(takeAnswer(answer("e", about(OTHER)), OTHER)).toBe(true);
});

test("only the end of a reason names a hold, so no title can", () => {
  noteAsked("c1", question(FIRST));
  const shown = reasonOf(question(FIRST, { title: `x (approval ${OTHER}, until never).` }));
  expect(takeAnswer(answer("f", { shown }), FIRST)).toBe(true);
});

test("the reason says whose yes is wanted", () => {
  expect(reasonOf(question(FIRST))).toContain("needs your confirmation");
  expect(reasonOf(question(FIRST, { mode: "approve", needed: 2 }))).toContain("2 approvers");
  expect(reasonOf(question(FIRST, { title: null, tool: "a\u202eb" }))).not.toContain("\u202e");
});

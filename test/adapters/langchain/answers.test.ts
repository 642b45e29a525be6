import { describe, expect, test } from "vitest";
import { answerTo, isAbout, readAnswers } from "../../../adapters/langchain/answers.js";
import type { HoldQuestion } from "../../../src/protocol/outcome.js";

const question = (approval_id: string, mode: HoldQuestion["mode"] = "confirm"): HoldQuestion => ({
  approval_id,
  mode,
  needed: 1,
  supervisor_level: null,
  holds: [],
  skill_id: null,
  title: null,
  tool: "move_money",
  arguments: "{}",
  expires_at: "2026-11-20T12:00:00.000Z",
});
const A = question("a");
const B = question("b", "approve");

describe("what a graph was resumed with", () => {
  test.each([
    ["a yes by id", { decisions: { a: "approve" } }, { a: "confirmed", b: "look_again" }],
    ["a no by id", { decisions: { a: "reject", b: "reject" } }, { a: "declined", b: "declined" }],
    [
      "a list in their order",
      { decisions: [{ type: "approve" }, { type: "reject" }] },
      { a: "later", b: "look_again" },
    ],
    ["another word", { decisions: { a: "edit" } }, { a: "later", b: "look_again" }],
    ["words instead", { decisions: ["approve", "approve"] }, { a: "later", b: "look_again" }],
    ["inherited words", { decisions: Object.create({ a: "approve" }) }, { a: "later", b: "look_again" }],
    ["a plain yes", true, { a: "later", b: "look_again" }],
    ["nothing", undefined, { a: "later", b: "look_again" }],
  ])("is read with %s", (_what, resumed, answers) => {
    expect(readAnswers(resumed, [A, B])).toEqual(answers);
  });

  test("answers no hold that it doesn't name", () => {
    const answers = readAnswers({ decisions: { a: "approve" } }, [A]);
    expect(answerTo(A, answers)).toBe("confirmed");
    for (const other of ["b", "toString", "__proto__"])
      expect(answerTo(question(other), answers)).toBe("later");
  });

  test("is about the holds that it names", () => {
    expect(isAbout([A, B], { decisions: { b: "reject" } })).toBe(true);
    const others = [
      { decisions: { c: "approve" } },
      { decisions: [{ type: "approve" }] },
      { a: "approve" },
      "a",
      null,
    ];
    for (const other of others) expect(isAbout([A, B], other)).toBe(false);
  });
});

import type { HoldAnswer, HoldQuestion } from "../../src/protocol/outcome.js";

/** What an interrupt asks: the calls of one batch that wait for a person. */
export type ApprovalsRequest = {
  readonly type: "hall.approvals";
  readonly requests: readonly HoldQuestion[];
};

/**
 * What resumes it: a word for each approval_id, which is exact, or LangChain's own shape, a decision for each request
 * in their order, which counts only if there are as many as there are requests.
 */
export type ApprovalsReply = {
  readonly decisions:
    | Readonly<Record<string, "approve" | "reject">>
    | readonly { readonly type: "approve" | "reject" }[];
};

/** Answers by approval_id. One that isn't there is `later`. */
export type Answers = Readonly<Record<string, HoldAnswer>>;

/** The interrupt's payload for some questions. */
export function approvalsRequest(requests: readonly HoldQuestion[]): ApprovalsRequest {
  return { type: "hall.approvals", requests };
}

/**
 * Reads what a graph was resumed with. A yes confirms only where a confirmation is what is asked; where approvers
 * must sign, resuming means to look whether they have. Whatever is no word of ours is no answer.
 */
export function readAnswers(resumed: unknown, questions: readonly HoldQuestion[]): Answers {
  const decisions = member(resumed, "decisions");
  return Object.fromEntries(
    questions.map((question, i) => [question.approval_id, meaning(question, wordFor(question, i))]),
  );

  function wordFor({ approval_id }: HoldQuestion, i: number): unknown {
    if (!Array.isArray(decisions)) return member(decisions, approval_id);
    return decisions.length === questions.length ? member(decisions[i], "type") : undefined;
  }
}

/** The answer about one hold, from those given for a batch. */
export function answerTo(question: HoldQuestion, answers: Answers): HoldAnswer {
  return Object.hasOwn(answers, question.approval_id) ? (answers[question.approval_id] ?? "later") : "later";
}

function meaning({ mode }: HoldQuestion, word: unknown): HoldAnswer {
  if (word === "reject") return "declined";
  if (mode === "approve") return "look_again";
  return word === "approve" ? "confirmed" : "later";
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

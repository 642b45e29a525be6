import type { HoldAnswer, HoldQuestion } from "../../src/protocol/outcome.js";

/** What an interrupt asks: the calls of one batch that wait for a person. */
export type ApprovalsRequest = {
  readonly type: "hall.approvals";
  readonly requests: readonly HoldQuestion[];
};

/**
 * What resumes it: a word for each approval_id; `later`, like none, leaves a call waiting, and the model is told so. A
 * list of decisions in the order of the requests, which is LangChain's own shape, answers nothing: it doesn't say to
 * which requests it is, and by the time it comes others may be asked about.
 */
export type ApprovalsReply = {
  readonly decisions: Readonly<Record<string, "approve" | "reject" | "later">>;
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
  return Object.fromEntries(
    questions.map((question) => [question.approval_id, meaning(question, wordFor(question, resumed))]),
  );
}

/** Whether what a graph was resumed with names any of these holds. */
export function isAbout(questions: readonly HoldQuestion[], resumed: unknown): boolean {
  return questions.some((question) => wordFor(question, resumed) !== undefined);
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

function wordFor({ approval_id }: HoldQuestion, resumed: unknown): unknown {
  return member(member(resumed, "decisions"), approval_id);
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

import type { ModelMessage } from "ai";
import type { InvokeOptions } from "../../src/hall/types.js";
import type { HoldAnswer, HoldQuestion, Outcome } from "../../src/protocol/outcome.js";
import { type Answer, answerTo, isComingBack } from "./answer.js";
import { noteAsked, takeAnswer } from "./prompts.js";

/** What the SDK hands to `execute`, and as far as they have it to the other hooks. */
export type CallOptions = {
  readonly toolCallId: string;
  readonly messages: ModelMessage[];
  readonly abortSignal?: AbortSignal | undefined;
};

/** The one way in which a governed tool reaches its gate. */
export type Way = {
  /** Decides, records, runs. */
  call(args: unknown, options: InvokeOptions, execution: CallOptions): Promise<Outcome<unknown>>;
  /** Decides and records; with options that run nothing. */
  preview(args: unknown, options: InvokeOptions): Promise<Outcome<unknown>>;
  /** Whether the tool itself wants a person asked, whatever the Hall says. */
  readonly asksItself?: (args: unknown, options: CallOptions) => Promise<boolean>;
};

/** What a person is to be asked before a call: about a hold, or because the tool itself wants it. */
export type Prompt = { readonly question: HoldQuestion | null };

/** What the person said to this hold: an answer to another one, or to none, leaves it waiting. */
export function said(answer: Answer | undefined, approval_id: string): HoldAnswer {
  if (answer === undefined || !takeAnswer(answer, approval_id)) return "later";
  return answer.isYes ? "confirmed" : "declined";
}

/**
 * What to ask before a call, or undefined when it may go to `execute`, which decides again whatever is said here. A
 * call that comes back with an answer is asked about no more: ai 6 refuses an answer to what it needn't have asked.
 */
export async function promptOf(way: Way, args: unknown, options: CallOptions): Promise<Prompt | undefined> {
  const { toolCallId, messages } = options;
  if (answerTo(toolCallId, messages)?.isYes === true) return { question: null };
  const outcome = await way.preview(args, { openHold: true, correlationId: toolCallId });
  if (outcome.kind === "held") {
    if (!isComingBack(toolCallId, messages)) noteAsked(toolCallId, outcome.question);
    return { question: outcome.question };
  }
  return (await way.asksItself?.(args, options)) === true ? { question: null } : undefined;
}

/** A no closes the hold that it answers. The call that brings it is over before it begins: nothing of it can run. */
export async function decline(way: Way, args: unknown, answer: Answer): Promise<void> {
  const { toolCallId } = answer;
  const correlationId = toolCallId;
  if ((await way.preview(args, { openHold: true, correlationId })).kind !== "held") return;
  const onHold = async ({ approval_id }: HoldQuestion) => said(answer, approval_id);
  await way.call(args, { signal: AbortSignal.abort(), correlationId, onHold }, { toolCallId, messages: [] });
}

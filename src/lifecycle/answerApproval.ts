import type { Vote } from "../evidence/request.js";
import type { HoldForApproval } from "../hall/approver.js";
import { approverHere } from "./approvalKeys.js";
import { type Workshop, withHome } from "./workshop.js";

export type AnswerOptions = {
  readonly id: string;
  /** `escalate` asks people above this approver. */
  readonly verdict: Vote["verdict"];
  readonly reason?: string;
  /** Instead of the operator's key of the state directory. */
  readonly keyFile?: string;
};

/**
 * The call that an answer would be about, before anybody is asked for it. Throws what {@link answerApproval} would:
 * LifecycleError NOT_FOUND, CLOSED, NOT_AN_APPROVER, or KeyError.
 */
export function checkAnswer(
  ws: Workshop,
  { id, verdict, keyFile }: Omit<AnswerOptions, "reason">,
): Promise<HoldForApproval> {
  return withHome(ws, async (parts) =>
    parts.hall.approver(approverHere(ws, parts, { keyFile })).check(id, verdict),
  );
}

/**
 * Signs an answer; whoever asks for it has shown the call whole before. Throws LifecycleError NOT_FOUND, CLOSED,
 * NOT_AN_APPROVER.
 */
export function answerApproval(
  ws: Workshop,
  { id, verdict, reason, keyFile }: AnswerOptions,
): Promise<HoldForApproval> {
  return withHome(ws, (parts) =>
    parts.hall
      .approver(approverHere(ws, parts, { keyFile }))
      .vote(id, verdict, reason?.toWellFormed() ?? null),
  );
}

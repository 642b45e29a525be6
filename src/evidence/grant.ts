import { GATEKEEPER, INCIDENT_COMMANDER } from "../protocol/supervisor.js";
import type { Envelope } from "./dsse.js";
import type { PolicyApprover } from "./policy.js";
import type { HoldRequest } from "./request.js";
import { type Answer, type GrantState, type Tally, tally } from "./tally.js";
import { openVote } from "./vote.js";

export type { GrantState } from "./tally.js";
export { openVote } from "./vote.js";

/**
 * One approval record: a signed vote, or the asking program's own yes or no and the surface that it came through.
 * `at` is the record's, the only time that counts.
 */
export type RecordedApproval = {
  readonly vote: Envelope | null;
  readonly confirmed_via: string | null;
  readonly declined_via: string | null;
  readonly at: string;
};

/** A hold with what was said to it, and who may say it. */
export type AnsweredHold = {
  readonly request: HoldRequest;
  readonly approvals: readonly RecordedApproval[];
  readonly approvers: readonly PolicyApprover[];
  readonly now: string;
};

/**
 * Whether a hold is granted at `now`, from its records in the ledger's order (formats.md, Holds and grants).
 * N different approvers, with N different keys, must have approved before the request's expires_at; a second yes of
 * one of them or by one of their keys, a late one, one of too low a level, or one that isn't theirs counts nothing.
 * A deny of any of them, or of the program that asked, at any time before consumption, refuses.
 * Consuming is the caller's: one approval_id, one decision.
 */
export function checkGrant(hold: AnsweredHold): GrantState {
  return tallyOf(hold).grant;
}

/** The same with how far it has come. */
export function tallyOf({ request, approvals, approvers, now }: AnsweredHold): Tally {
  const answers = approvals.flatMap((approval) => answerOf(approval, request, approvers) ?? []);
  return tally(request, answers, now);
}

function answerOf(
  { vote, confirmed_via, declined_via, at }: RecordedApproval,
  request: HoldRequest,
  approvers: readonly PolicyApprover[],
): Answer | undefined {
  if (vote !== null) {
    const theirs = openVote(vote, request, approvers);
    if (theirs === undefined) return undefined;
    const { verdict, approver_id } = theirs.vote;
    return { as: namesOf(approver_id, approvers), verdict, level: theirs.approver.level, at };
  }
  if (declined_via !== null) return { ...THE_CLIENT, verdict: "deny", level: INCIDENT_COMMANDER, at };
  if (request.mode !== "confirm" || confirmed_via === null) return undefined;
  return { ...THE_CLIENT, verdict: "approve", level: GATEKEEPER, at };
}

/** The program that asked: its no stands above everyone's yes, its yes is the least that counts. */
const THE_CLIENT = { as: ["the client"] };

/** Under what one person's yes counts once, through whatever channel it came. */
function namesOf(approver_id: string, approvers: readonly PolicyApprover[]): readonly string[] {
  const own = approvers.filter(({ id, via }) => id === approver_id && via === null);
  return [`approver ${approver_id}`, ...own.map(({ key }) => `key ${key}`)];
}

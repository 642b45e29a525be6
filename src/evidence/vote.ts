import { canonicalJson } from "../protocol/canonical.js";
import { type Envelope, openEnvelope } from "./dsse.js";
import type { PolicyApprover } from "./policy.js";
import { type HoldRequest, parseVote, type Vote } from "./request.js";

/** A vote that holds, and as which of the policy's approvers it was given. */
export type OpenedVote = { readonly vote: Vote; readonly approver: PolicyApprover };

/**
 * The vote in an envelope, if the policy lets whoever signed it answer for exactly this request: an approver with
 * their own key, or the channel that it came through with the channel's, for a person whom the policy maps to one.
 * Whoever asked is never who answers.
 */
export function openVote(
  envelope: Envelope,
  request: HoldRequest,
  approvers: readonly PolicyApprover[],
): OpenedVote | undefined {
  const keys = approvers.map(({ key }) => key);
  const opened = openEnvelope("vote", envelope, keys);
  if (opened === undefined) return undefined;
  let vote: Vote;
  try {
    vote = parseVote(opened.payload);
  } catch {
    return undefined;
  }
  const { approver_id, via } = vote;
  const approver = approvers.find(
    (one) => one.id === approver_id && one.via === via && opened.keys.includes(one.key),
  );
  const isThisRequest = canonicalJson(vote.request) === canonicalJson(request);
  if (approver === undefined || !isThisRequest || approver_id === request.agent) return undefined;
  return { vote, approver };
}

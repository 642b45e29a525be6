import { canonicalJson } from "../protocol/canonical.js";
import { timestamp } from "../protocol/clock.js";
import { type Envelope, openEnvelope } from "./dsse.js";
import type { PolicyApprover } from "./policy.js";
import { type HoldRequest, parseVote, type Vote } from "./request.js";

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

/** What came of a hold. A grant lives from granted_at until expires_at, exclusive. */
export type GrantState =
  | { readonly state: "pending"; readonly expires_at: string }
  | { readonly state: "granted"; readonly granted_at: string; readonly expires_at: string }
  | { readonly state: "refused" }
  | { readonly state: "expired"; readonly granted_at?: string; readonly expires_at: string };

/**
 * Whether a hold is granted at `now`, from its records in the ledger's order (formats.md, Holds and grants).
 * N different approvers, with N different keys, must have approved before the request's expires_at; a second yes of
 * one of them or by one of their keys, a late one, or one that isn't theirs counts nothing.
 * A deny of any approver, or of the program that asked, at any time before consumption, refuses.
 * Consuming is the caller's: one approval_id, one decision.
 */
export function checkGrant(hold: {
  readonly request: HoldRequest;
  readonly approvals: readonly RecordedApproval[];
  readonly approvers: readonly PolicyApprover[];
  readonly now: string;
}): GrantState {
  const { request, now } = hold;
  const said = new Set<string>();
  let yes = 0;
  let granted_at: string | undefined;
  for (const approval of hold.approvals) {
    const answer = answerOf(approval, request, hold.approvers);
    if (answer?.verdict === "deny") return { state: "refused" };
    if (answer === undefined || approval.at >= request.expires_at) continue;
    if (answer.as.some((name) => said.has(name))) continue;
    for (const name of answer.as) said.add(name);
    yes++;
    if (yes >= request.needed) granted_at ??= approval.at;
  }
  if (granted_at === undefined) {
    const { expires_at } = request;
    return { state: now < expires_at ? "pending" : "expired", expires_at };
  }
  const expires_at = timestamp(Date.parse(granted_at) + request.grant_seconds * 1000);
  return { state: now < expires_at ? "granted" : "expired", granted_at, expires_at };
}

/**
 * The vote in an envelope, if an approver of this list signed it under their own id for exactly this request.
 * A vote through a channel (`via`) counts only once policy documents name channels.
 */
export function openVote(
  envelope: Envelope,
  request: HoldRequest,
  approvers: readonly PolicyApprover[],
): Vote | undefined {
  const opened = openEnvelope(
    "vote",
    envelope,
    approvers.map(({ key }) => key),
  );
  if (opened === undefined) return undefined;
  let vote: Vote;
  try {
    vote = parseVote(opened.payload);
  } catch {
    return undefined;
  }
  const isTheirs = approvers.some(({ id, key }) => id === vote.approver_id && opened.keys.includes(key));
  const isThisRequest = canonicalJson(vote.request) === canonicalJson(request);
  return isTheirs && isThisRequest && vote.via === null ? vote : undefined;
}

/** `as`: the names that say yes only once, an approver's id and key. */
type Answer = { readonly as: readonly string[]; readonly verdict: "approve" | "deny" };

function answerOf(
  approval: RecordedApproval,
  request: HoldRequest,
  approvers: readonly PolicyApprover[],
): Answer | undefined {
  if (approval.vote !== null) {
    const vote = openVote(approval.vote, request, approvers);
    if (vote === undefined) return undefined;
    const keys = approvers.filter(({ id }) => id === vote.approver_id).map(({ key }) => `key ${key}`);
    return { as: [`approver ${vote.approver_id}`, ...keys], verdict: vote.verdict };
  }
  if (approval.declined_via !== null) return { as: ["the client"], verdict: "deny" };
  if (request.mode !== "confirm" || approval.confirmed_via === null) return undefined;
  return { as: ["the client"], verdict: "approve" };
}

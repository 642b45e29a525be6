import { commitment } from "../evidence/commitment.js";
import { sealEnvelopeWith } from "../evidence/dsse.js";
import { type GrantState, openVote, tallyOf } from "../evidence/grant.js";
import type { PolicyApprover } from "../evidence/policy.js";
import type { HoldRequest, Vote } from "../evidence/request.js";
import { timestamp } from "../protocol/clock.js";
import type { SupervisorLevel } from "../protocol/supervisor.js";
import type { HeldWhole } from "../records/holds.js";
import type { Store } from "../records/store.js";
import { commonBody } from "./bodies.js";
import type { Actor, Principal } from "./types.js";

/** One approver's answer to a hold. */
export type GivenAnswer = Pick<Vote, "approver_id" | "via" | "verdict" | "reason"> & {
  readonly level: SupervisorLevel;
  /** When it was recorded. */
  readonly at: string;
};

/** A hold as an approver sees it: what is asked, and the arguments themselves once their commitment was recomputed. */
export type HoldForApproval = {
  readonly approval_id: string;
  /** `superseded`: another policy came into force, which ends the holds and unused grants of the one before. */
  readonly state: GrantState["state"] | "used" | "superseded";
  readonly request: HoldRequest;
  /** The arguments' JSON text, whole; null once the hold is closed and they are gone. */
  readonly arguments: string | null;
  /** The level that an answer needs by now: escalations raise it. */
  readonly level: SupervisorLevel;
  /** How many of `request.needed` people have said yes so far, at that level or above. */
  readonly yes: number;
  /** What approvers said, in order. */
  readonly answers: readonly GivenAnswer[];
};

/** An answer that can't be given: no such hold, closed already, or not this approver's to give. */
export class ApprovalError extends Error {
  override readonly name = "ApprovalError";
  readonly code: "NOT_FOUND" | "CLOSED" | "NOT_AN_APPROVER" | "COMMITMENT";
  constructor(code: ApprovalError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** Who answers. Through a channel the key is the channel's and `via` says which one and as whom there: `slack:T1/U2`. */
export type Voter = Principal & {
  readonly via?: string;
  /** Where the answer was given, for its record; `cli` when left out. */
  readonly surface?: string;
};

/** What an approver may do. A requester never can: a principal is one or the other. */
export type Approver = {
  readonly id: string;
  /** What waits for an answer, or was granted and waits for its call; oldest first. */
  list(): readonly HoldForApproval[];
  /** Throws ApprovalError NOT_FOUND. */
  show(approval_id: string): HoldForApproval;
  /** The hold, if this approver may give this answer to it now; throws what `vote` would. Signs and records nothing. */
  check(approval_id: string, verdict: Vote["verdict"]): HoldForApproval;
  /**
   * Signs and records a vote; `escalate` asks people above this approver. A vote that this approver gave before in the
   * same way changes nothing and isn't recorded again. Throws ApprovalError.
   */
  vote(approval_id: string, verdict: Vote["verdict"], reason: string | null): Promise<HoldForApproval>;
  /** Calls `fn` when what waits may have changed, whichever process did it; returns the way to stop it. */
  onChange(fn: () => void): () => void;
};

export type ApproverParts = {
  readonly store: Store;
  readonly engine: string;
  readonly caller: Actor;
  readonly now: () => number;
  readonly approvers: () => readonly PolicyApprover[];
  readonly subscribe: (fn: () => void) => () => void;
};

export function makeApprover(parts: ApproverParts, principal: Voter): Approver {
  const { store, engine, approvers } = parts;
  const { id, key, via = null, surface } = principal;
  const caller = surface === undefined ? parts.caller : { ...parts.caller, surface };
  const now = () => timestamp(parts.now());
  const view = (hold: HeldWhole) => viewOf(hold, approvers(), now());
  const find = (approval_id: string, source: Pick<Store, "hold"> = store) => {
    const hold = source.hold(approval_id);
    if (hold === undefined) throw new ApprovalError("NOT_FOUND", `There is no approval ${approval_id}.`);
    return hold;
  };

  /** The level of this principal's answers. */
  function mayAnswer(request: HoldRequest): SupervisorLevel {
    const approver = approvers().find((one) => one.id === id && one.key === key && one.via === via);
    if (approver === undefined)
      throw new ApprovalError(
        "NOT_AN_APPROVER",
        `${id} isn't an approver of the policy in force with the key ${key}.`,
      );
    if (id === request.agent)
      throw new ApprovalError("NOT_AN_APPROVER", `${id} asked for this call itself; somebody else answers.`);
    return approver.level;
  }

  return {
    id,
    list: () =>
      store
        .holds({ states: ["pending", "granted"] })
        .map(({ approval_id }) => view(find(approval_id)))
        .filter(isOpen), // as their votes say, not the index
    show: (approval_id) => view(find(approval_id)),
    onChange: parts.subscribe,
    check(approval_id, verdict) {
      const hold = view(find(approval_id));
      checkOpen(hold, verdict);
      mayAnswer(hold.request);
      return hold;
    },
    async vote(approval_id, verdict, reason) {
      const hold = find(approval_id);
      const { request } = hold;
      checkOpen(view(hold), verdict);
      const level = mayAnswer(request);
      if (hasSaid(view(hold), id, via, verdict)) return view(hold);
      const said: Vote = { request, verdict, approver_id: id, via, reason, voted_at: now() };
      const vote = await sealEnvelopeWith("vote", said, [principal]);
      await store.write((tx) => {
        const before = view(find(approval_id, tx)); // somebody may have been faster
        checkOpen(before, verdict);
        if (hasSaid(before, id, via, verdict)) return;
        const { skill_id, version, artifact_digest } = request;
        const common = { ...commonBody(caller, engine), skill_id, version, artifact_digest, actor: id };
        const body = { ...common, approval_id, vote, confirmed_via: null, declined_via: null, level };
        tx.append({ kind: "approval", body, parent_id: hold.record_id });
      });
      return view(find(approval_id));
    },
  };
}

function viewOf(hold: HeldWhole, approvers: readonly PolicyApprover[], now: string): HoldForApproval {
  const { request, approvals } = hold;
  const { grant, level, yes } = tallyOf({ request, approvals, approvers, now });
  const answers = approvals.flatMap(({ vote, at }): readonly GivenAnswer[] => {
    const theirs = vote === null ? undefined : openVote(vote, request, approvers);
    if (theirs === undefined) return [];
    const { approver_id, via, verdict, reason } = theirs.vote;
    return [{ approver_id, via, verdict, reason, level: theirs.approver.level, at }];
  });
  return {
    approval_id: request.approval_id,
    state: hold.state === "used" || hold.state === "superseded" ? hold.state : grant.state,
    request,
    arguments: openedArguments(hold),
    level,
    yes,
    answers,
  };
}

function isOpen({ state }: HoldForApproval): boolean {
  return state === "pending" || state === "granted";
}

/** What was granted already can still be taken back, until its call has run. */
function checkOpen(hold: HoldForApproval, verdict: Vote["verdict"]): void {
  const { approval_id, state } = hold;
  if (state === "pending" || (state === "granted" && verdict !== "approve")) return;
  throw new ApprovalError(
    "CLOSED",
    state === "superseded"
      ? `Approval ${approval_id} has ended: the policy changed since the call was held. When the call is made again, it is held anew.`
      : `Approval ${approval_id} is ${state} already; nothing is left to decide.`,
  );
}

function hasSaid(
  { answers }: HoldForApproval,
  id: string,
  through: string | null,
  verdict: Vote["verdict"],
): boolean {
  return answers.some(
    (answer) => answer.approver_id === id && answer.via === through && answer.verdict === verdict,
  );
}

/** Nobody signs for arguments that aren't the ones committed to. */
function openedArguments({ request, salt, arguments_bytes: bytes }: HeldWhole): string | null {
  if (bytes === null || salt === null) return null;
  if (commitment("arguments", bytes, salt) !== request.arguments) {
    throw new ApprovalError(
      "COMMITMENT",
      `The stored arguments of ${request.approval_id} aren't those that were asked for.`,
    );
  }
  return Buffer.from(bytes).toString("utf8");
}

import { commitment } from "../evidence/commitment.js";
import { sealEnvelopeWith } from "../evidence/dsse.js";
import { checkGrant, type GrantState } from "../evidence/grant.js";
import type { PolicyApprover } from "../evidence/policy.js";
import type { HoldRequest, Vote } from "../evidence/request.js";
import { timestamp } from "../protocol/clock.js";
import type { Store } from "../records/store.js";
import { commonBody } from "./bodies.js";
import type { Actor, Principal } from "./types.js";

/** A hold as an approver sees it: what is asked, and the arguments themselves once their commitment was recomputed. */
export type HoldForApproval = {
  readonly approval_id: string;
  readonly state: GrantState["state"] | "used";
  readonly request: HoldRequest;
  /** The arguments' JSON text, whole; null once the hold is closed and they are gone. */
  readonly arguments: string | null;
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

/** What an approver may do. A requester never can: a principal is one or the other. */
export type Approver = {
  /** What waits for an answer, or was granted and waits for its call; oldest first. */
  list(): readonly HoldForApproval[];
  show(approval_id: string): HoldForApproval;
  /** Signs and records a vote. Throws ApprovalError. */
  vote(approval_id: string, verdict: Vote["verdict"], reason: string | null): Promise<HoldForApproval>;
};

export function makeApprover(
  parts: {
    readonly store: Store;
    readonly engine: string;
    readonly caller: Actor;
    readonly now: () => number;
    readonly approvers: () => readonly PolicyApprover[];
  },
  principal: Principal,
): Approver {
  const { store, engine, caller, approvers } = parts;
  const now = () => timestamp(parts.now());

  const view = (hold: NonNullable<ReturnType<Store["hold"]>>): HoldForApproval => {
    const { request, approvals } = hold;
    const state =
      hold.state === "used"
        ? "used"
        : checkGrant({ request, approvals, approvers: approvers(), now: now() }).state;
    return { approval_id: request.approval_id, state, request, arguments: openedArguments(hold) };
  };
  const find = (approval_id: string) => {
    const hold = store.hold(approval_id);
    if (hold === undefined) throw new ApprovalError("NOT_FOUND", `There is no approval ${approval_id}.`);
    return hold;
  };

  return {
    list: () =>
      store
        .holds({ states: ["pending", "granted"] })
        .map(({ approval_id }) => view(find(approval_id)))
        .filter(({ state }) => state === "pending" || state === "granted"), // as their votes say, not the index
    show: (approval_id) => view(find(approval_id)),
    async vote(approval_id, verdict, reason) {
      const hold = find(approval_id);
      const { state } = view(hold);
      if (state !== "pending" && !(state === "granted" && verdict === "deny")) {
        throw new ApprovalError(
          "CLOSED",
          `Approval ${approval_id} is ${state} already; nothing is left to decide.`,
        );
      }
      if (!approvers().some(({ id, key }) => id === principal.id && key === principal.key)) {
        throw new ApprovalError(
          "NOT_AN_APPROVER",
          `${principal.id} isn't an approver of the policy in force with this key.`,
        );
      }
      const { request } = hold;
      const payload: Vote = {
        request,
        verdict,
        approver_id: principal.id,
        via: null,
        reason,
        voted_at: now(),
      };
      const vote = await sealEnvelopeWith("vote", payload, [principal]);
      await store.write((tx) => {
        const { skill_id, version, artifact_digest } = request;
        const common = { ...commonBody(caller, engine), skill_id, version, artifact_digest };
        const body = {
          ...common,
          actor: principal.id,
          approval_id,
          vote,
          confirmed_via: null,
          declined_via: null,
          level: null,
        };
        return tx.append({ kind: "approval", body, parent_id: hold.record_id });
      });
      return view(find(approval_id));
    },
  };
}

/** Nobody signs for arguments that aren't the ones committed to. */
function openedArguments({
  request,
  salt,
  arguments_bytes: bytes,
}: NonNullable<ReturnType<Store["hold"]>>): string | null {
  if (bytes === null || salt === null) return null;
  if (commitment("arguments", bytes, salt) !== request.arguments) {
    throw new ApprovalError(
      "COMMITMENT",
      `The stored arguments of ${request.approval_id} aren't those that were asked for.`,
    );
  }
  return Buffer.from(bytes).toString("utf8");
}

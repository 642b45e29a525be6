import { commitment } from "../evidence/commitment.js";
import type { DenyCode } from "../protocol/deny.js";
import type { GateParts } from "./gate.js";
import type { Call, Situation } from "./situation.js";
import { stopped, type Verdict, weigh, withoutApproval } from "./verdict.js";

/** A call with what was decided about it, and its arguments' commitment. */
export type Considered = {
  readonly situation: Situation;
  readonly verdict: Verdict;
  /** Null when the arguments broke a bound. */
  readonly salted: { readonly hash: string; readonly salt: Uint8Array } | null;
};

type Sources = Pick<GateParts, "uuid" | "salt">;

/**
 * Decides about a call as it was gathered. A grant that was given for other holds than the call meets now doesn't
 * cover it: then a new hold is asked for, with a commitment of its own.
 */
export function consider(parts: Sources, call: Call, situation: Situation): Considered {
  const considered = considerOnce(parts, call, situation);
  const isOutgrown = considered.verdict.answer === "hold" && situation.approval?.state === "granted";
  return isOutgrown ? considerOnce(parts, call, withoutApproval(situation)) : considered;
}

/** The same call, decided again by a gate that stops with a code. */
export function reconsider({ situation, verdict, salted }: Considered, call: Call, code: DenyCode): Verdict {
  return weigh(call, stopped(situation, code), verdict.ids, salted?.hash ?? null);
}

function considerOnce(parts: Sources, call: Call, situation: Situation): Considered {
  const salted = saltArguments(parts, call, situation);
  return {
    situation,
    salted,
    verdict: weigh(call, situation, newIds(parts, call, situation), salted?.hash ?? null),
  };
}

/** A dry run opens no hold, so there is no approval to name. */
function newIds(parts: Sources, call: Call, { approval }: Situation): Verdict["ids"] {
  const decision_id = parts.uuid();
  if (call.dry_run) return { decision_id, approval_id: null };
  return { decision_id, approval_id: approval?.request.approval_id ?? parts.uuid() };
}

/** The arguments' commitment: under the hold's own salt where this call retries one, else under a fresh salt. */
function saltArguments(parts: Sources, { received }: Call, { approval }: Situation): Considered["salted"] {
  if (!received.ok) return null;
  const salt = approval?.salt ?? parts.salt();
  return { hash: commitment("arguments", received.bytes, salt), salt };
}

import type { Json } from "../protocol/canonical.js";
import type { DenyReason, RouteDecision } from "../protocol/decision.js";
import { denialOf } from "../protocol/deny.js";
import type { Denial, Outcome } from "../protocol/outcome.js";
import type { CommitResult } from "./commit.js";
import type { Call, Situation } from "./situation.js";
import type { Verdict } from "./verdict.js";

/** A committed decision: an allow is the only thing that makes a handler run. */
export type Decided = {
  readonly situation: Situation;
  readonly verdict: Verdict;
  readonly committed: CommitResult;
};

/** The outcome of a decision that ends the call, or undefined when it is an allow to be run. */
export function outcomeOf(call: Call, { verdict, committed }: Decided): Outcome<Json> | undefined {
  const { decision } = verdict;
  const recorded = { decision, record_id: committed.value.record_id, ledger_head: committed.head };
  if (call.dry_run) return dryRun(verdict, recorded);
  const { hold } = committed.value;
  if (hold !== null) {
    const { approval_id, expires_at } = hold;
    return Object.freeze({ kind: "held", ...recorded, approval_id, expires_at });
  }
  if (decision.denied) return Object.freeze({ kind: "denied", ...recorded, denial: denialIn(decision) });
  return undefined;
}

/** A denial that no ledger could record: there is no Hall yet, or its records can't be written. */
export function unrecorded({ decision }: Verdict): Outcome<Json> {
  return Object.freeze({
    kind: "denied",
    decision,
    denial: denialIn(decision),
    record_id: null,
    ledger_head: null,
  });
}

function dryRun(
  { answer, decision }: Verdict,
  recorded: Pick<Outcome & { kind: "dry_run" }, "decision" | "record_id" | "ledger_head">,
): Outcome<Json> {
  const denial = decision.denied ? { denial: denialIn(decision) } : {};
  return Object.freeze({ kind: "dry_run", ...recorded, would: answer, ...denial });
}

function denialIn(decision: RouteDecision): Denial {
  return denialOf(decision.deny_reason_if_denied as DenyReason);
}

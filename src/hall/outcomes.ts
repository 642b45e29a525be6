import type { HoldRequest } from "../evidence/request.js";
import type { DenyReason, RouteDecision } from "../protocol/decision.js";
import { denialOf } from "../protocol/deny.js";
import type { Denial, HoldQuestion, Outcome } from "../protocol/outcome.js";
import type { CommitResult } from "./commit.js";
import type { Call, Situation } from "./situation.js";
import type { Verdict } from "./verdict.js";

/** A committed decision: an allow is the only thing that makes a handler run. */
export type Decided = {
  readonly situation: Situation;
  readonly verdict: Verdict;
  readonly committed: CommitResult;
};

/** What ends a call before anything runs. */
export type Ended = Exclude<Outcome<never>, { readonly kind: "done" }>;

/** The outcome of a decision that ends the call, or undefined when it is an allow to be run. */
export function outcomeOf(call: Call, { verdict, committed }: Decided): Ended | undefined {
  const { decision } = verdict;
  const recorded = { decision, record_id: committed.value.record_id, ledger_head: committed.head };
  if (call.dry_run) return dryRun(verdict, recorded);
  const { hold } = committed.value;
  if (hold !== null) {
    const { approval_id, expires_at } = hold;
    const question = questionOf(hold, call);
    return Object.freeze({ kind: "held", ...recorded, approval_id, expires_at, question });
  }
  if (decision.denied) return Object.freeze({ kind: "denied", ...recorded, denial: denialIn(decision) });
  return undefined;
}

/** A denial that no ledger could record: there is no Hall yet, or its records can't be written. */
export function unrecorded({ decision }: Verdict): Ended {
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
): Ended {
  const denial = decision.denied ? { denial: denialIn(decision) } : {};
  return Object.freeze({ kind: "dry_run", ...recorded, would: answer, ...denial });
}

/** What a person is asked, with the arguments as they were received: the caller's own. */
function questionOf(request: HoldRequest, { received }: Call): HoldQuestion {
  const { approval_id, mode, needed, supervisor_level, holds, skill_id, title, tool, expires_at } = request;
  const text = received.ok ? Buffer.from(received.bytes).toString("utf8") : "";
  return Object.freeze({
    approval_id,
    mode,
    needed,
    supervisor_level,
    holds,
    skill_id,
    title,
    tool,
    arguments: text,
    expires_at,
  });
}

function denialIn(decision: RouteDecision): Denial {
  return denialOf(decision.deny_reason_if_denied as DenyReason);
}

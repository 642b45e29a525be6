import type { PolicyApprover } from "../evidence/policy.js";
import type { HoldRequest } from "../evidence/request.js";
import type { Head } from "../protocol/outcome.js";
import { RecordsError } from "../records/error.js";
import type { Tx } from "../records/transaction.js";
import type { StoreState } from "../records/view.js";
import { findHeld, holdKey, MAX_OPEN_HOLDS, needOf } from "./approval.js";
import { commonBody, decisionBody, holdRequest } from "./bodies.js";
import type { Considered } from "./consider.js";
import { recordForeign } from "./foreign.js";
import type { Call, Situation } from "./situation.js";
import type { Verdict } from "./verdict.js";
import { ruleInForce } from "./visible.js";

/** What a call brings to its commit. */
export type Commit = Considered & {
  readonly call: Call;
  readonly engine: string;
  readonly approvers: () => readonly PolicyApprover[];
};

/** What was committed: the decision's record, and the hold that waits, if one does. */
export type Committed = { readonly record_id: string; readonly hold: HoldRequest | null };
export type CommitResult = { readonly value: Committed; readonly head: Head | null };

/** A caller may have only so many questions open (formats.md, Holds and grants). */
export class TooManyHolds extends Error {
  override readonly name = "TooManyHolds";
}

/**
 * Step 4 of a call, in one transaction. The decision names the policy and epoch that were gathered, and the store
 * refuses it as moved when they are no longer in force; it consumes a grant only after checking hold and votes from
 * their records, or opens the hold that this call waits on. A call starts when this commits.
 */
export function commitDecision(tx: Tx, commit: Commit): Committed {
  const { call, situation, verdict, engine } = commit;
  const { ledger, tool } = situation;
  if (ledger === "unknown" || !isPolicyOf(ledger, situation)) {
    throw new RecordsError("MOVED", "the policy that was gathered isn't the ledger's");
  }
  const acting = commonBody(call.caller, engine, { correlation_id: call.correlation_id, tool });
  const hold = verdict.answer === "hold" && !call.dry_run ? holdOf(tx, commit) : null;
  const body = decisionBody(acting, ledger, call, situation, verdict);
  const { record_id } = tx.append({ kind: "decision", body });
  if (
    call.foreign !== null &&
    !call.dry_run &&
    !recordForeign(tx, call.foreign, { situation, verdict, acting })
  )
    throw new Raced();
  if (commit.salted !== null && !hold?.isNew) tx.keepSalt(commit.salted.hash, commit.salted.salt);
  if (hold?.isNew) {
    const { request, salt, bytes } = hold;
    tx.openHold({ draft: { kind: "hold", body: { ...acting, request } }, salt, bytes });
  }
  return { record_id, hold: hold?.request ?? null };
}

/** Whether what was decided by is what the ledger says is in force. A policy that couldn't be read has denied already. */
function isPolicyOf(ledger: StoreState, { policy, snapshot }: Situation): boolean {
  return snapshot.skill.policy === "unknown" || (policy?.digest ?? null) === ledger.policy_digest;
}

/** Another call of the same caller was faster with a hold or grant. */
class Raced extends Error {
  override readonly name = "Raced";
}

/** Why a commit must gather again: standing or policy moved, or another call took the hold or grant. */
export function whyAgain(error: unknown, verdict?: Verdict): "moved" | "raced" | undefined {
  if (error instanceof Raced) return "raced";
  if (!(error instanceof RecordsError)) return undefined;
  if (error.code === "MOVED") return "moved";
  // The store refuses what wouldn't verify: a grant that was consumed or a hold that was closed meanwhile.
  const aboutApproval = verdict === undefined || verdict.holds.length > 0;
  return error.code === "REFUSED" && aboutApproval ? "raced" : undefined;
}

type WaitsOn =
  | { readonly isNew: false; readonly request: HoldRequest }
  | {
      readonly isNew: true;
      readonly request: HoldRequest;
      readonly salt: Uint8Array;
      readonly bytes: Uint8Array;
    };

/** The hold that this call waits on: the one gathered, or a new one unless a racing call has just opened it. */
function holdOf(tx: Tx, { call, situation, verdict, salted, engine, approvers }: Commit): WaitsOn {
  const { tool, policy, approval, now } = situation;
  if (approval !== null) return { isNew: false, request: approval.request };
  const { received, caller } = call;
  const { approval_id } = verdict.ids;
  const rule = policy && tool ? ruleInForce(policy.rules, tool, caller) : undefined;
  if (
    tool === null ||
    policy === null ||
    rule === undefined ||
    salted === null ||
    !received.ok ||
    approval_id === null
  ) {
    throw new Raced(); // nothing that a hold could be about: it can't be opened
  }
  const key = holdKey(caller, tool, policy, engine);
  const other = findHeld(tx, key, received.bytes, approvers, now);
  if (other !== null && other.request.approval_id !== situation.outgrown) throw new Raced();
  if (tx.countOpenHolds(caller) >= MAX_OPEN_HOLDS) throw new TooManyHolds();
  const request = holdRequest({
    key,
    approval_id,
    need: needOf(rule, caller, tool, policy),
    verdict,
    tool,
    commitment: salted.hash,
    hall_id: tx.state.hall_id,
    now: tx.state.now,
  });
  return { isNew: true, request, salt: salted.salt, bytes: received.bytes };
}

import type { DenyCode } from "../protocol/deny.js";
import type { FaultCode, HoldQuestion, Outcome } from "../protocol/outcome.js";
import { codeOf, sayOutcome } from "./said.js";

/*
 * An outcome without a result, as an error: for functions, whose only other way to answer is their result. `message` is
 * the Hall's own sentence, fit for a model to read. `outcome` is there to be read and no part of what is printed where
 * nobody catches the error: it is pages long.
 */

type Denied = Extract<Outcome<unknown>, { kind: "denied" }>;
type Held = Extract<Outcome<unknown>, { kind: "held" }>;
type Failed = Extract<Outcome<unknown>, { kind: "failed" }>;

/** The call was refused; nothing has run. */
export class HallDenied extends Error {
  override readonly name = "HallDenied";
  declare readonly outcome: Denied;
  readonly code: DenyCode;
  /** Null only where nothing could be recorded. */
  readonly record_id: string | null;
  constructor(outcome: Denied) {
    super(sayOutcome(outcome));
    keepOutcome(this, outcome);
    this.code = outcome.denial.code;
    this.record_id = outcome.record_id;
  }
}

/** The call waits for a person's yes; nothing has run. Once there is one, the same call with the same input runs, once. */
export class HallHeld extends Error {
  override readonly name = "HallHeld";
  declare readonly outcome: Held;
  readonly code: string | null;
  readonly record_id: string;
  readonly approval_id: string;
  readonly question: HoldQuestion;
  constructor(outcome: Held) {
    super(sayOutcome(outcome));
    keepOutcome(this, outcome);
    this.code = codeOf(outcome);
    this.record_id = outcome.record_id;
    this.approval_id = outcome.approval_id;
    this.question = outcome.question;
  }
}

/** The call was allowed and gives no result. `cause` is what the function threw, if it did: it stays in this process. */
export class HallFailed extends Error {
  override readonly name = "HallFailed";
  declare readonly outcome: Failed;
  readonly code: FaultCode;
  readonly record_id: string;
  constructor(outcome: Failed, options?: ErrorOptions) {
    super(sayOutcome(outcome), options);
    keepOutcome(this, outcome);
    this.code = outcome.fault.code;
    this.record_id = outcome.record_id;
  }
}

function keepOutcome(error: Error, value: Outcome<unknown>): void {
  Object.defineProperty(error, "outcome", { value, enumerable: false });
}

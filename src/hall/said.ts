import { describeProblem } from "../protocol/inputProblem.js";
import type { Denial, Outcome } from "../protocol/outcome.js";

/** An outcome that isn't the tool's own answer. */
export type Unanswered = Exclude<Outcome<unknown>, { readonly kind: "done" }>;

const MAX_PROBLEMS = 20;

/**
 * What every surface says, and a model reads, of an outcome that isn't the tool's own answer: code first, then what
 * it means, what would help and who can do it, and the record's id. It never tells how policy could be loosened.
 */
export function sayOutcome(outcome: Unanswered): string {
  switch (outcome.kind) {
    case "denied":
      return `DENIED ${sayDenial(outcome.denial)} ${record(outcome)}`;
    case "held":
      return (
        `APPROVAL_REQUIRED ${outcome.approval_id}: this call waits for a person's yes, and nothing has run. ` +
        `Tell the person you work for that ${whoAnswers(outcome)} before ${outcome.expires_at}. ` +
        "Once it is approved, repeat exactly this call with the same arguments: it then runs, once. " +
        `Repeating it earlier gives this same answer. ${record(outcome)}`
      );
    case "dry_run":
      return `DRY_RUN: nothing has run. ${sayPreview(outcome)} ${record(outcome)}`;
    case "failed":
      return (
        `FAILED ${outcome.fault.code}: ${outcome.fault.message} ` +
        (outcome.receipt_id === null
          ? `(no receipt; record ${outcome.record_id})`
          : `(receipt ${outcome.receipt_id})`)
      );
    default:
      return unreachable(outcome);
  }
}

/** The code that tells what became of a call, of a hold too; null for one that ran or would run. */
export function codeOf(outcome: Outcome<unknown>): string | null {
  if (outcome.kind === "denied") return outcome.denial.code;
  if (outcome.kind === "failed") return outcome.fault.code;
  return outcome.decision.deny_reason_if_denied?.code ?? null;
}

/** `CODE: message Problems. What helps. Whether a retry can.` */
function sayDenial(denial: Denial): string {
  const retry = denial.retryable ? "The same call may succeed later." : "Repeating the same call won't help.";
  return [`${denial.code}: ${denial.message}`, sayProblems(denial), denial.helps, retry]
    .filter(Boolean)
    .join(" ");
}

function sayProblems({ problems = [] }: Denial): string {
  if (problems.length === 0) return "";
  const shown = problems.slice(0, MAX_PROBLEMS).map(describeProblem);
  const rest = problems.length - shown.length;
  return `Problems: ${shown.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}.`;
}

function whoAnswers({ question }: Extract<Outcome<unknown>, { kind: "held" }>): string {
  if (question.mode === "confirm") return "this call needs their confirmation";
  return question.needed === 1
    ? "an approver of this Hall has to answer it"
    : `${question.needed} approvers of this Hall have to answer it`;
}

function sayPreview(outcome: Extract<Outcome<unknown>, { kind: "dry_run" }>): string {
  switch (outcome.would) {
    case "run":
      return "The call would run.";
    case "hold":
      return "The call would be held until a person approves it.";
    case "deny":
      return outcome.denial === undefined
        ? `The call would be denied${withCode(outcome)}.`
        : `The call would be denied. ${sayDenial(outcome.denial)}`;
    default:
      return unreachable(outcome.would);
  }
}

function withCode(outcome: Outcome<unknown>): string {
  const code = codeOf(outcome);
  return code === null ? "" : ` with ${code}`;
}

function record({ record_id }: Outcome<unknown>): string {
  return `(record ${record_id})`;
}

function unreachable(value: never): never {
  throw new TypeError(`an outcome that nothing is said of (${typeof value})`);
}

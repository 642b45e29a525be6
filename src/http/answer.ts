import { codeOf, sayOutcome, type Unanswered } from "../hall/said.js";
import type { JsonObject } from "../protocol/canonical.js";
import type { Flaw } from "./asked.js";

/** The header that names the receipt of what ran. */
export const RECEIPT_HEADER = "Hall-Receipt";

/** What is answered in place of the handler's response. Nothing of it comes from the handler. */
export type Refusal = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

/** By the outcome 403 (400 for arguments that the schema or a bound refuses), 202 or 500; a flaw has its own status. */
export function refusalOf(outcome: Unanswered, flaw: Flaw | null): Refusal {
  const { record_id } = outcome;
  const message = sayOutcome(flaw === null ? outcome : withFlaw(outcome, flaw));
  const said = { outcome: outcome.kind, code: codeOf(outcome), message, record_id };
  if (flaw !== null) return refusal(flaw.status, { ...said, problems: flaw.problems });
  switch (outcome.kind) {
    case "denied":
      return refusal(outcome.denial.code === "DENY_INVALID_INPUT" ? 400 : 403, {
        ...said,
        retryable: outcome.denial.retryable,
      });
    case "held":
      return refusal(202, { ...said, approval_id: outcome.approval_id, expires_at: outcome.expires_at });
    case "failed":
      return refusal(500, { ...said, receipt_id: outcome.receipt_id });
    case "dry_run":
      return refusal(500, said); // nobody asked for a preview
  }
}

/** The gate sees a flawed request as arguments that lack something; who sent it is told what was wrong before that. */
function withFlaw(outcome: Unanswered, { problems }: Flaw): Unanswered {
  if (outcome.kind !== "denied" || outcome.denial.code !== "DENY_INVALID_INPUT") return outcome;
  const { denial } = outcome;
  const named = Object.entries(problems).map(([name, problem]) => `${name} ${String(problem)}`);
  const message = `${denial.message} Problems: ${named.join("; ")}.`;
  return { ...outcome, denial: { ...denial, message, problems: [] } };
}

/** The route's handler has answered, which is on record, and its answer couldn't be sent. */
export function unsent(receipt_id: string): Refusal {
  return refusal(
    500,
    {
      outcome: "done",
      code: "RESPONSE_NOT_SENT",
      message: `The call ran, and its response couldn't be sent. Whoever runs this route must look after it. (receipt ${receipt_id})`,
      record_id: receipt_id,
      receipt_id,
    },
    { [RECEIPT_HEADER]: receipt_id },
  );
}

/** No credential, or one that stands for nobody. There is nobody to record it for, so strangers fill no ledger. */
export const UNAUTHENTICATED: Refusal = refusal(
  401,
  {
    outcome: "denied",
    code: "UNAUTHENTICATED",
    message: "This route needs a credential that it knows. Whoever runs it gives them out.",
    record_id: null,
  },
  { "WWW-Authenticate": "Bearer" },
);

/** The host's own look-ups failed, so nobody can say who asks for what. */
export const UNDECIDED: Refusal = refusal(500, {
  outcome: "denied",
  code: "DENY_INTERNAL_ERROR",
  message: "The request couldn't be decided, so nothing has run. Whoever runs this route must look after it.",
  record_id: null,
});

function refusal(status: number, body: JsonObject, headers: Readonly<Record<string, string>> = {}): Refusal {
  return {
    status,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers },
    text: JSON.stringify(body),
  };
}

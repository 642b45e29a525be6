import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { JsonObject } from "../protocol/canonical.js";
import { describeProblem } from "../protocol/inputProblem.js";
import type { Denial, Outcome } from "../protocol/outcome.js";
import { isObject } from "./message.js";

const MAX_PROBLEMS = 20;

/**
 * An Outcome as an MCP tool result. `structured`: the tool has an output schema, so its output is also structuredContent.
 *
 * Whatever isn't the tool's own output is `isError` without structuredContent, a preview too: clients hold every
 * result that is no error against the output schema, and throw the text away when it doesn't fit. Codes and
 * record ids stand in the text, since most clients show a model nothing else.
 */
export function renderOutcome(outcome: Outcome, structured: boolean): CallToolResult {
  switch (outcome.kind) {
    case "done":
      return {
        content: [{ type: "text", text: JSON.stringify(outcome.output) }],
        ...(structured && isObject(outcome.output) ? { structuredContent: outcome.output } : {}),
        _meta: receipt(outcome, { receipt_id: outcome.receipt_id }),
      };
    case "denied":
      return refusal(`DENIED ${denialText(outcome.denial)} ${record(outcome)}`, [
        outcome,
        { code: outcome.denial.code, retryable: outcome.denial.retryable },
      ]);
    case "held":
      return refusal(
        `APPROVAL_REQUIRED ${outcome.approval_id}: this call waits for a person's yes, and nothing has run. ` +
          `Tell the person you work for that an approver of this Hall has to answer it before ${outcome.expires_at}. ` +
          "Once it is approved, repeat exactly this call with the same arguments: it then runs, once. " +
          `Repeating it earlier gives this same answer. ${record(outcome)}`,
        [
          outcome,
          {
            code: outcome.decision.deny_reason_if_denied?.code ?? null,
            approval_id: outcome.approval_id,
            expires_at: outcome.expires_at,
          },
        ],
      );
    case "dry_run":
      return refusal(`DRY_RUN: nothing has run. ${previewText(outcome)} ${record(outcome)}`, [
        outcome,
        {
          would: outcome.would,
          code: outcome.denial?.code ?? outcome.decision.deny_reason_if_denied?.code ?? null,
        },
      ]);
    case "failed":
      return refusal(
        `FAILED ${outcome.fault.code}: ${outcome.fault.message} ` +
          (outcome.receipt_id === null
            ? `(no receipt; record ${outcome.record_id})`
            : `(receipt ${outcome.receipt_id})`),
        [outcome, { code: outcome.fault.code, receipt_id: outcome.receipt_id }],
      );
    default:
      return unreachable(outcome);
  }
}

function refusal(text: string, [outcome, more]: readonly [Outcome, JsonObject]): CallToolResult {
  return { isError: true, content: [{ type: "text", text }], _meta: receipt(outcome, more) };
}

/** `CODE: message Problems. What helps. Whether a retry can.` */
function denialText(denial: Denial): string {
  const retry = denial.retryable ? "The same call may succeed later." : "Repeating the same call won't help.";
  return [`${denial.code}: ${denial.message}`, problemsText(denial), denial.helps, retry]
    .filter(Boolean)
    .join(" ");
}

function problemsText({ problems = [] }: Denial): string {
  if (problems.length === 0) return "";
  const shown = problems.slice(0, MAX_PROBLEMS).map(describeProblem);
  const rest = problems.length - shown.length;
  return `Problems: ${shown.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}.`;
}

function previewText(outcome: Extract<Outcome, { kind: "dry_run" }>): string {
  switch (outcome.would) {
    case "run":
      return "The call would run.";
    case "hold":
      return "The call would be held until a person approves it.";
    case "deny":
      return outcome.denial === undefined
        ? `The call would be denied${codeOf(outcome)}.`
        : `The call would be denied. ${denialText(outcome.denial)}`;
    default:
      return unreachable(outcome.would);
  }
}

function codeOf({ decision }: Outcome): string {
  const code = decision.deny_reason_if_denied?.code;
  return code === undefined ? "" : ` with ${code}`;
}

function record({ record_id }: Outcome): string {
  return `(record ${record_id})`;
}

/** What a program, or an auditor, needs to find this outcome again and to hold the ledger to it. */
function receipt(outcome: Outcome, more: JsonObject): NonNullable<CallToolResult["_meta"]> {
  return {
    "dev.hall/receipt": {
      outcome: outcome.kind,
      decision_id: outcome.decision.decision_id,
      correlation_id: outcome.decision.correlation_id,
      record_id: outcome.record_id,
      ...more,
      head: outcome.ledger_head,
    },
  };
}

function unreachable(value: never): never {
  throw new TypeError(`an outcome that has no rendering (${typeof value})`);
}

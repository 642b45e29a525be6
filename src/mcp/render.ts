import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { codeOf, sayOutcome, type Unanswered } from "../hall/said.js";
import type { JsonObject } from "../protocol/canonical.js";
import type { Outcome } from "../protocol/outcome.js";
import { isObject } from "./message.js";

/**
 * An Outcome as an MCP tool result. `structured`: the tool has an output schema, so its output is also structuredContent;
 * what stands beside content blocks always is.
 *
 * Whatever isn't the tool's own output is `isError` without structuredContent, a preview too: clients hold every
 * result that is no error against the output schema, and throw the text away when it doesn't fit. Codes and
 * record ids stand in the text, since most clients show a model nothing else.
 */
export function renderOutcome(outcome: Outcome, structured: boolean): CallToolResult {
  if (outcome.kind !== "done") {
    const text = sayOutcome(outcome);
    return { isError: true, content: [{ type: "text", text }], _meta: receipt(outcome, more(outcome)) };
  }
  const { content, output } = outcome;
  return {
    ...(outcome.is_error ? { isError: true } : {}),
    content: [...(content ?? [{ type: "text", text: JSON.stringify(output) }])],
    ...((structured || content !== null) && isObject(output) ? { structuredContent: output } : {}),
    _meta: receipt(outcome, { receipt_id: outcome.receipt_id }),
  };
}

function more(outcome: Unanswered): JsonObject {
  const code = codeOf(outcome);
  switch (outcome.kind) {
    case "denied":
      return { code, retryable: outcome.denial.retryable };
    case "held":
      return { code, approval_id: outcome.approval_id, expires_at: outcome.expires_at };
    case "dry_run":
      return { would: outcome.would, code: outcome.denial?.code ?? code };
    case "failed":
      return { code, receipt_id: outcome.receipt_id };
  }
}

/** What a program, or an auditor, needs to find this outcome again and to hold the ledger to it. */
function receipt(outcome: Outcome, rest: JsonObject): NonNullable<CallToolResult["_meta"]> {
  return {
    "dev.hall/receipt": {
      outcome: outcome.kind,
      decision_id: outcome.decision.decision_id,
      correlation_id: outcome.decision.correlation_id,
      record_id: outcome.record_id,
      ...rest,
      head: outcome.ledger_head,
    },
  };
}

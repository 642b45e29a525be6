import { codeOf } from "../../src/hall/said.js";
import type { Json } from "../../src/protocol/canonical.js";
import type { Head, Outcome } from "../../src/protocol/outcome.js";

/**
 * What a program, or an auditor, needs to find an outcome again and to hold the ledger to it. It lies in a
 * ToolMessage's `artifact`, which no model sees.
 */
export type Receipt = {
  readonly outcome: Outcome["kind"];
  /** The code of a denial, fault or hold; null for a call that ran. */
  readonly code: string | null;
  readonly decision_id: string;
  readonly correlation_id: string | null;
  /** Null only when there is no ledger that could be written. */
  readonly record_id: string | null;
  readonly receipt_id: string | null;
  /** Of a call that waits for a person. */
  readonly approval_id: string | null;
  readonly expires_at: string | null;
  readonly head: Head | null;
  /** What a governed tool answered, as data. */
  readonly output?: Json;
};

const RECEIPT = "dev.hall/receipt";

/** The receipt of an outcome. */
export function makeReceipt(outcome: Outcome<unknown>): Receipt {
  const { kind, decision, record_id, ledger_head } = outcome;
  return {
    outcome: kind,
    code: codeOf(outcome),
    decision_id: decision.decision_id,
    correlation_id: decision.correlation_id,
    record_id,
    receipt_id: kind === "done" || kind === "failed" ? outcome.receipt_id : null,
    approval_id: kind === "held" ? outcome.approval_id : null,
    expires_at: kind === "held" ? outcome.expires_at : null,
    head: ledger_head,
  };
}

/** Where a message carries its receipt, for whoever reads it with {@link receiptOf}. */
export function receiptMetadata(receipt: Receipt): Record<string, unknown> {
  return { [RECEIPT]: receipt };
}

/**
 * The receipt of a tool's message: of each one that passed the gate, also where the artifact is the tool's own.
 * Undefined for a message that didn't.
 */
export function receiptOf(message: { readonly response_metadata?: object }): Receipt | undefined {
  const metadata = message.response_metadata as Readonly<Record<string, Receipt | undefined>> | undefined;
  return metadata?.[RECEIPT];
}

import { codeOf, sayOutcome, type Unanswered } from "../../src/hall/said.js";
import type { Json } from "../../src/protocol/canonical.js";
import type { ContentBlock } from "../../src/protocol/content.js";
import type { Outcome, Progress } from "../../src/protocol/outcome.js";

/**
 * What a governed tool gives instead of its own output when it didn't answer. The model reads `message`, as
 * execution-denied (a run that failed: as an error); programs read the rest.
 */
export type Refusal = {
  readonly hall: {
    readonly outcome: Unanswered["kind"];
    /** A deny code, the code of a hold, or the fault's; null for a preview of a call that would run. */
    readonly code: string | null;
    /** Null only when no ledger could take the record. */
    readonly record_id: string | null;
    /** Of a call that waits for a person. */
    readonly approval_id?: string;
    readonly message: string;
  };
};

/** The answer of a tool that shows content blocks; `structured` is what its output schema describes, or null. */
export type ShownOutput = {
  readonly hall: {
    readonly outcome: "done";
    readonly record_id: string;
    readonly content: readonly ContentBlock[];
    readonly structured: Json;
  };
};

/** How far a call has come; a preliminary result of {@link GovernOptions.progress}. */
export type Underway = { readonly hall: { readonly outcome: "running" } & Progress };

/** A call's outcome as the value that its tool gives. An allowed call's output is given as it is. */
export function spoken(outcome: Outcome<unknown>): unknown {
  if (outcome.kind !== "done") return refusalOf(outcome);
  const { content, output, record_id } = outcome;
  if (content !== null) return shown(record_id, content, output as Json);
  // A tool that answers in the Hall's own words would be taken for it; its answer is shown as its text.
  return hallMember(output) === undefined
    ? output
    : shown(record_id, [{ type: "text", text: JSON.stringify(output) }], output as Json);
}

function refusalOf(outcome: Unanswered): Refusal {
  const { kind, record_id } = outcome;
  const asked = kind === "held" ? { approval_id: outcome.approval_id } : {};
  return {
    hall: { outcome: kind, code: codeOf(outcome), record_id, ...asked, message: sayOutcome(outcome) },
  };
}

function shown(record_id: string, content: readonly ContentBlock[], structured: Json): ShownOutput {
  return { hall: { outcome: "done", record_id, content, structured } };
}

/** Whether a governed tool's value says that the tool didn't answer: the call was denied, is held, or failed. */
export function isRefusal(value: unknown): value is Refusal {
  const hall = hallMember(value);
  return hall !== undefined && hall["outcome"] !== "done" && typeof hall["message"] === "string";
}

/** Whether a governed tool's value shows content blocks. */
export function isShownOutput(value: unknown): value is ShownOutput {
  const hall = hallMember(value);
  return hall !== undefined && hall["outcome"] === "done" && Array.isArray(hall["content"]);
}

function hallMember(value: unknown): { readonly [name: string]: unknown } | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "hall")) return undefined;
  const { hall } = value as { readonly hall: unknown };
  return typeof hall === "object" && hall !== null
    ? (hall as { readonly [name: string]: unknown })
    : undefined;
}

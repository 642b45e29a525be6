import { type Explanation, explainRow } from "../hall/explain.js";
import { DENIALS, type DenyCode } from "../protocol/deny.js";
import { FAULTS } from "../protocol/fault.js";
import { FAULT_CODES } from "../protocol/outcome.js";
import type { RecordRow } from "../records/query.js";
import { LifecycleError } from "./error.js";
import { detailIn } from "./faultDetail.js";
import { type Workshop, withHome } from "./workshop.js";

/** What a code of the tables means, whoever it came from. */
export type ExplainedCode = {
  readonly of: "code";
  readonly code: string;
  readonly kind: "denial" | "fault";
  readonly message: string;
  readonly helps: string;
  readonly retryable: boolean;
};
/** `detail` is what a handler itself said of its failure, for the home's own people alone. */
export type ExplainedRecord = { readonly of: "record" } & Explanation & { readonly detail: string | null };
export type Explained = ExplainedCode | ExplainedRecord;

/** A code of the tables, or a record of this home by its id, in words. Throws LifecycleError NOT_FOUND. */
export async function explain(ws: Workshop, { what }: { readonly what: string }): Promise<Explained> {
  const code = explainCode(what.toUpperCase());
  if (code !== undefined) return code;
  return withHome(ws, async ({ ledger }) => {
    const row = meant(what, ledger.current()?.query({ id: what }) ?? []);
    if (row !== undefined) return { of: "record", ...explainRow(row), detail: detailIn(row) };
    throw new LifecycleError(
      "NOT_FOUND",
      `${JSON.stringify(what)} is neither a code nor a record of this home.`,
      "See the records: hall audit query",
    );
  });
}

/** The record of that id, else the last that carries it; of a call that ran the receipt, which says how it went. */
function meant(id: string, rows: readonly RecordRow[]): RecordRow | undefined {
  const row = rows.find(({ record_id }) => record_id === id) ?? rows.at(-1);
  if (row?.kind !== "decision") return row;
  return rows.find(({ kind, parent_id }) => kind === "receipt" && parent_id === row.record_id) ?? row;
}

function explainCode(code: string): ExplainedCode | undefined {
  if (Object.hasOwn(DENIALS, code)) {
    const { message, helps, retryable } = DENIALS[code as DenyCode];
    return { of: "code", code, kind: "denial", message, helps, retryable };
  }
  const fault = FAULT_CODES.find((name) => name === code);
  return fault && { of: "code", code: fault, kind: "fault", ...FAULTS[fault] };
}

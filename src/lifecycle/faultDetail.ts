import { isObject } from "../evidence/members.js";
import type { HallParts } from "../hall/parts.js";
import type { Json } from "../protocol/canonical.js";
import type { Outcome } from "../protocol/outcome.js";
import type { RecordRow } from "../records/query.js";

/**
 * What a handler itself said of its failure: its error's text, perhaps hostile, as the receipt keeps it. For the
 * home's own people, never for a caller: an Outcome doesn't carry it, since a model may read that. Null when nothing
 * was said, or the call didn't fail.
 */
export function faultDetail({ ledger }: Pick<HallParts, "ledger">, outcome: Outcome<Json>): string | null {
  if (outcome.kind !== "failed" || outcome.receipt_id === null) return null;
  const rows = ledger.current()?.query({ id: outcome.receipt_id, kind: "receipt" }) ?? [];
  return rows.map(detailIn).find((detail) => detail !== null) ?? null;
}

/** The same of a record; null for one that isn't the receipt of a call that failed. */
export function detailIn({ body }: Pick<RecordRow, "body">): string | null {
  const fault = isObject(body) ? body["fault"] : undefined;
  const detail = isObject(fault) ? fault["detail"] : undefined;
  return typeof detail === "string" && detail !== "" ? detail : null;
}

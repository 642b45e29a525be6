import type { HoldForApproval } from "../hall/approver.js";
import type { Store } from "../records/store.js";
import { READER } from "./reader.js";
import { ledgerOf, type Workshop, withHome } from "./workshop.js";

/** The records of the call that a grant let through; null until there is one. */
export type GrantedCall = {
  /** The decision that used the grant. */
  readonly decision_record_id: string | null;
  /** How that call went: its receipt, or what stands in its place when its process died. */
  readonly receipt_record_id: string | null;
};

/** One call that waits or waited, with its arguments while they are kept. Throws LifecycleError NOT_FOUND. */
export function showApproval(
  ws: Workshop,
  { id }: { readonly id: string },
): Promise<HoldForApproval & GrantedCall> {
  return withHome(ws, async (parts) => {
    const store = ledgerOf(parts);
    return { ...parts.hall.approver(READER).show(id), ...callOf(store, id) };
  });
}

function callOf(store: Store, approval_id: string): GrantedCall {
  const decision = store
    .query({ id: approval_id, kind: "decision" })
    .find(({ body }) => (body as { readonly grant_id?: string } | null)?.grant_id === approval_id);
  if (decision === undefined) return { decision_record_id: null, receipt_record_id: null };
  const { record_id } = decision;
  const receipt = store
    .query({ id: record_id })
    .find(({ kind, parent_id }) => CLOSING.has(kind) && parent_id === record_id);
  return { decision_record_id: record_id, receipt_record_id: receipt?.record_id ?? null };
}

/** Kinds of record that say how an allowed call went. */
const CLOSING: ReadonlySet<string> = new Set(["receipt", "abandoned"]);

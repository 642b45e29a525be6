import type { Approver } from "../hall/approver.js";
import { approverHere } from "./approvalKeys.js";
import { type Workshop, withHome } from "./workshop.js";

/**
 * Keeps the home open for one approver's session, as `id` of config.approvers with the key of `keyFile`, or in env dev
 * the operator's. Throws LifecycleError NOT_APPLIED, KEY, NOT_AN_APPROVER.
 */
export function approverSession<T>(
  ws: Workshop,
  {
    id,
    keyFile,
    surface,
  }: { readonly id: string; readonly keyFile?: string | undefined; readonly surface: string },
  work: (approver: Approver) => Promise<T>,
): Promise<T> {
  return withHome(ws, (parts) =>
    work(parts.hall.approver({ ...approverHere(ws, parts, { keyFile, id }), surface })),
  );
}

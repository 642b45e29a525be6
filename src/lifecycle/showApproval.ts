import type { HoldForApproval } from "../hall/approver.js";
import { READER } from "./reader.js";
import { ledgerOf, type Workshop, withHome } from "./workshop.js";

/** One call that waits or waited, with its arguments while they are kept. Throws LifecycleError NOT_FOUND. */
export function showApproval(ws: Workshop, { id }: { readonly id: string }): Promise<HoldForApproval> {
  return withHome(ws, async (parts) => {
    ledgerOf(parts);
    return parts.hall.approver(READER).show(id);
  });
}

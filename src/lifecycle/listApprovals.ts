import type { HoldForApproval } from "../hall/approver.js";
import { READER } from "./reader.js";
import { type Workshop, withHome } from "./workshop.js";

/** The calls that wait for a person, or wait to be run once more after a yes; oldest first. */
export function listApprovals(ws: Workshop): Promise<readonly HoldForApproval[]> {
  return withHome(ws, async ({ ledger, hall }) => {
    if (ledger.current() === null) return [];
    const all = hall.approver(READER).list();
    return all.filter(({ state }) => state === "pending" || state === "granted");
  });
}

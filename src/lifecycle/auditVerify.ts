import type { VerifyResult } from "../evidence/verify.js";
import { ledgerOf, type Workshop, withHome } from "./workshop.js";

/** Checks the whole ledger offline and names the first bad record (formats.md, verify). */
export function auditVerify(ws: Workshop): Promise<VerifyResult> {
  return withHome(ws, async (parts) => ledgerOf(parts).verify());
}

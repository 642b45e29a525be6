import { existsSync } from "node:fs";
import type { VerifyResult } from "../evidence/verify.js";
import { findHome } from "../hall/home.js";
import { checkState, statePaths } from "../hall/state.js";
import { verifyFiles } from "../records/verifyFiles.js";
import { inWords } from "./error.js";
import { noLedger, type Workshop } from "./workshop.js";

/**
 * Checks the whole ledger offline and names the first bad record (formats.md, verify). The home isn't opened for it:
 * opening puts right what decides, and closes what died, and then there would be nothing left to find.
 */
export function auditVerify(ws: Workshop): Promise<VerifyResult> {
  return inWords(async () => {
    const home = findHome(ws);
    checkState(home);
    const { database: file } = home;
    const { witness } = statePaths(home);
    if (!existsSync(file) && !existsSync(witness)) throw noLedger();
    return verifyFiles({ file, witness, clock: ws.clock });
  });
}

import { existsSync } from "node:fs";
import type { Home } from "../hall/home.js";
import { statePaths } from "../hall/state.js";
import { LifecycleError } from "./error.js";

/**
 * Refuses a home whose ledger is there and whose ledger key isn't: another key can't continue that ledger, so none is
 * ever made beside it. Throws LifecycleError KEY, which says what is lost and what helps.
 */
export function checkLedgerKey(home: Home): void {
  const { key, witness } = statePaths(home);
  const ledger = [home.database, witness].find((file) => existsSync(file));
  if (ledger === undefined || existsSync(key("ledger"))) return;
  throw new LifecycleError(
    "KEY",
    `The ledger's key is lost: ${key("ledger")} isn't there, and ${ledger} was signed with it. Without it nothing can be recorded, so nothing runs.`,
    `Restore the key from a backup of ${home.state}. If there is none: keep that directory for auditors under another name, and begin anew with "hall apply"; skills are then certified and installed again.`,
  );
}

import { closeSync, openSync } from "node:fs";
import { statePaths } from "../hall/state.js";
import { LifecycleError } from "./error.js";
import { type Workshop, withHome } from "./workshop.js";

/**
 * Why nothing can be recorded in this home, so that every call is denied: what fails when its ledger and witness are
 * opened for writing. Changes nothing. Null when both can be, and the reason lies elsewhere.
 */
export async function whyUnrecorded(ws: Workshop): Promise<LifecycleError | null> {
  try {
    await withHome(ws, async ({ home }) => {
      for (const file of [home.database, statePaths(home).witness]) closeSync(openSync(file, "r+"));
    });
    return null;
  } catch (error) {
    if (error instanceof LifecycleError) return error;
    throw error;
  }
}

import type { Database } from "./driver.js";

/** Work in a transaction of its own: `IMMEDIATE` takes the write lock, `DEFERRED` reads one moment. */
export function inTransaction<T>(db: Database, mode: "IMMEDIATE" | "DEFERRED", work: () => T): T {
  db.step(`BEGIN ${mode}`);
  try {
    const value = work();
    db.step("COMMIT");
    return value;
  } catch (error) {
    if (db.inTransaction()) db.step("ROLLBACK");
    throw error;
  }
}

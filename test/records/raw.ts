import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { onTestFinished } from "vitest";

/** A connection that isn't the store's: whoever can write the file. */
export function raw(file: string): DatabaseSyncInstance {
  const db = new DatabaseSync(file, { timeout: 1000 });
  onTestFinished(() => {
    if (db.isOpen) db.close();
  });
  return db;
}

import type { Database } from "./driver.js";
import { query } from "./sql.js";

/** The definition of a foreign tool that stands because it was the first that was used here. */
export type Pin = {
  readonly capability_id: string;
  readonly definition_digest: string;
  /** H of the definition's canonical bytes, by which the document is found. */
  readonly document: string;
  readonly record_id: string;
};

/** The pin of an origin's tool, if it has one. */
export function pinOf(db: Database, hall_id: string, skill_id: string, tool: string): Pin | undefined {
  return db.get(byTool, { hall_id, skill_id, tool });
}

const byTool = query<{ readonly hall_id: string; readonly skill_id: string; readonly tool: string }>()(
  (db, { hall_id, skill_id, tool }) =>
    db
      .selectFrom("pins")
      .select(["capability_id", "definition_digest", "document", "record_id"])
      .where("hall_id", "=", hall_id)
      .where("skill_id", "=", skill_id)
      .where("tool", "=", tool),
);

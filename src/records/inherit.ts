import type { Statements } from "./driver.js";
import type { InheritChange } from "./project.js";
import { query } from "./sql.js";

/**
 * Gives a record's row the tool and skill of its parent's where its own body names none: so a receipt or `abandoned`
 * is found by the tool that was called, and a vote by the tool that it is about.
 */
export function inherit(db: Statements, { hall_id, seq, parent_id }: InheritChange): void {
  db.run(fromParent, { hall_id, seq, parent_id });
}

const fromParent = query<Pick<InheritChange, "hall_id" | "seq" | "parent_id">>()(
  (db, { hall_id, seq, parent_id }) =>
    db
      .updateTable("records")
      .from("records as parent")
      .set(({ fn }) => ({
        tool: fn.coalesce("records.tool", "parent.tool"),
        skill_id: fn.coalesce("records.skill_id", "parent.skill_id"),
        version: fn.coalesce("records.version", "parent.version"),
      }))
      .where("records.hall_id", "=", hall_id)
      .where("records.seq", "=", seq)
      .where("parent.hall_id", "=", hall_id)
      .where("parent.record_id", "=", parent_id),
);

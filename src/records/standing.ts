import type { Adapter, StandingScope } from "../protocol/standing.js";
import type { Database } from "./driver.js";
import { query } from "./sql.js";

/** Something said about a subject that isn't `active`, and the record that said it. */
export type StandingEntry = {
  readonly subject: string;
  readonly state: "revoked" | "degraded" | "banned";
  /** null: on every adapter. */
  readonly adapter: Adapter | null;
  readonly scope: StandingScope;
  readonly record_id: string;
};

/** Everything in a Hall that isn't active, by subject, in the order in which it was said. */
export function standingOf(db: Database, hall_id: string): ReadonlyMap<string, readonly StandingEntry[]> {
  const bySubject = new Map<string, StandingEntry[]>();
  for (const entry of db.all(entries, { hall_id })) {
    const said = bySubject.get(entry.subject);
    if (said === undefined) bySubject.set(entry.subject, [entry]);
    else said.push(entry);
  }
  return bySubject;
}

const entries = query<{ readonly hall_id: string }>()((db, { hall_id }) =>
  db
    .selectFrom("standing")
    .select(["subject", "state", "adapter", "scope", "record_id"])
    .where("hall_id", "=", hall_id)
    .orderBy("seq"),
);

import type { Store } from "../records/store.js";
import type { Sessions } from "./sessions.js";

/** Writes the `abandoned` record of every allowed call whose process died before its receipt (hall.md, The gate). */
export async function abandonDeadCalls(store: Store, sessions: Sessions, engine: string): Promise<number> {
  const isDead = (session_id: string | null) => session_id === null || !sessions.isAlive(session_id);
  const dead = store.openCalls().filter(({ session_id }) => isDead(session_id));
  if (dead.length === 0) return 0;
  const { value } = await store.write((tx) => {
    const still = new Set(store.openCalls().map(({ record_id }) => record_id));
    const gone = dead.filter(({ record_id }) => still.has(record_id));
    for (const { record_id, tenant_id, session_id } of gone) {
      const about = {
        surface: null,
        correlation_id: null,
        actor: null,
        skill_id: null,
        version: null,
        artifact_digest: null,
      };
      tx.append({
        kind: "abandoned",
        body: { ...about, tenant_id, session_id, engine },
        parent_id: record_id,
      });
    }
    return gone.length;
  });
  return value;
}

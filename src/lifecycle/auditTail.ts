import { setTimeout as pause } from "node:timers/promises";
import type { RecordRow } from "../records/query.js";
import { ledgerOf, type Workshop, withHome } from "./workshop.js";

const TAIL_MS = 250;

/** Tells of each record that any process writes from now on, until the signal; then it resolves. */
export function auditTail(
  ws: Workshop,
  { signal, onRow }: { readonly signal: AbortSignal; readonly onRow: (row: RecordRow) => void },
): Promise<void> {
  return withHome(ws, async (parts) => {
    const store = ledgerOf(parts);
    let after = store.state().size - 1;
    while (!signal.aborted) {
      const rows = store.query({ after, limit: 1000 });
      for (const row of rows) onRow(row);
      after = rows.at(-1)?.seq ?? after;
      if (rows.length === 0) await pause(TAIL_MS, undefined, { signal }).catch(() => {});
    }
  });
}

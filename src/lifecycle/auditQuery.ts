import { timestamp } from "../protocol/clock.js";
import { foreignSkillId } from "../protocol/foreign.js";
import { parseGovernedName } from "../protocol/governedName.js";
import type { RecordFilter, RecordRow } from "../records/query.js";
import type { Store } from "../records/store.js";
import { LifecycleError } from "./error.js";
import { type Workshop, withHome } from "./workshop.js";

export type AuditFilter = {
  readonly id?: string;
  /** As its skill or server names it, or as clients see a server's: `<server>__<tool>`. */
  readonly tool?: string;
  readonly code?: string;
  /** A time, or how long ago: `30s`, `10m`, `2h`, `7d`. */
  readonly since?: string;
  readonly limit?: number;
};

/** The records that fit, in the ledger's order: the last 100 unless `limit` says otherwise. */
export function auditQuery(
  ws: Workshop,
  { since, ...filter }: AuditFilter = {},
): Promise<readonly RecordRow[]> {
  return withHome(ws, async ({ ledger }) => {
    const query: RecordFilter =
      since === undefined ? filter : { ...filter, since: timeOf(since, ws.clock()) };
    const store = ledger.current();
    if (store === null) return [];
    const rows = store.query(query);
    const governed = ofServer(store, query);
    if (governed === undefined) return rows;
    const both = [...rows, ...store.query(governed)].sort((a, b) => a.seq - b.seq);
    return both.slice(-(query.limit ?? 100));
  });
}

/**
 * The same filter for records of a server's tool, which have its own name and the server's skill id, when `tool` may be
 * the name under which this Hall serves it.
 */
function ofServer(store: Store, filter: RecordFilter): RecordFilter | undefined {
  const name = filter.tool === undefined ? undefined : parseGovernedName(filter.tool);
  const namespace = store.policy()?.document.config["namespace"];
  if (name === undefined || typeof namespace !== "string") return undefined;
  return { ...filter, tool: name.tool, skill_id: foreignSkillId(namespace, name.origin) };
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function timeOf(since: string, now: number): string {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(since) ?? [];
  const ms = count === undefined ? Date.parse(since) : now - Number(count) * (UNITS[unit ?? ""] ?? 0);
  if (Number.isFinite(ms)) return timestamp(ms);
  throw new LifecycleError(
    "BAD_ARGUMENT",
    `${JSON.stringify(since)} isn't a time.`,
    "Write it like 2026-11-20T12:00:00Z, or how long ago: 10m, 2h, 7d.",
  );
}

import { timestamp } from "../protocol/clock.js";
import type { RecordFilter, RecordRow } from "../records/query.js";
import { LifecycleError } from "./error.js";
import { type Workshop, withHome } from "./workshop.js";

export type AuditFilter = {
  readonly id?: string;
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
    return ledger.current()?.query(query) ?? [];
  });
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

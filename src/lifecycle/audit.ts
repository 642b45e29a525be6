import { setTimeout as pause } from "node:timers/promises";
import { type Explanation, explainRow } from "../hall/explain.js";
import { timestamp } from "../protocol/clock.js";
import { DENIALS, type DenyCode } from "../protocol/deny.js";
import { FAULTS } from "../protocol/fault.js";
import { FAULT_CODES } from "../protocol/outcome.js";
import type { RecordFilter, RecordRow } from "../records/query.js";
import type { Store } from "../records/store.js";
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

/** Checks the whole ledger offline and names the first bad record (formats.md, verify). */
export function auditVerify(ws: Workshop): Promise<ReturnType<Store["verify"]>> {
  return withHome(ws, async ({ ledger }) => ledgerOf(ledger.current()).verify());
}

const TAIL_MS = 250;

/** Tells of each record that any process writes from now on, until the signal; then it resolves. */
export function auditTail(
  ws: Workshop,
  { signal, onRow }: { readonly signal: AbortSignal; readonly onRow: (row: RecordRow) => void },
): Promise<void> {
  return withHome(ws, async ({ ledger }) => {
    const store = ledgerOf(ledger.current());
    let after = store.state().size - 1;
    while (!signal.aborted) {
      const rows = store.query({ after, limit: 1000 });
      for (const row of rows) onRow(row);
      after = rows.at(-1)?.seq ?? after;
      if (rows.length === 0) await pause(TAIL_MS, undefined, { signal }).catch(() => {});
    }
  });
}

/** What a code of the tables means, whoever it came from. */
export type ExplainedCode = {
  readonly of: "code";
  readonly code: string;
  readonly kind: "denial" | "fault";
  readonly message: string;
  readonly helps: string;
  readonly retryable: boolean;
};
export type Explained = ExplainedCode | ({ readonly of: "record" } & Explanation);

/** A code of the tables, or a record of this home by its id, in words. Throws LifecycleError NOT_FOUND. */
export async function explain(ws: Workshop, { what }: { readonly what: string }): Promise<Explained> {
  const code = explainCode(what.toUpperCase());
  if (code !== undefined) return code;
  return withHome(ws, async ({ ledger }) => {
    const row = ledger.current()?.query({ id: what, limit: 1 })[0];
    if (row !== undefined) return { of: "record", ...explainRow(row) };
    throw new LifecycleError(
      "NOT_FOUND",
      `${JSON.stringify(what)} is neither a code nor a record of this home.`,
      "See the records: hall audit query",
    );
  });
}

function explainCode(code: string): ExplainedCode | undefined {
  if (Object.hasOwn(DENIALS, code)) {
    const { message, helps, retryable } = DENIALS[code as DenyCode];
    return { of: "code", code, kind: "denial", message, helps, retryable };
  }
  const fault = FAULT_CODES.find((name) => name === code);
  return fault && { of: "code", code: fault, kind: "fault", ...FAULTS[fault] };
}

function ledgerOf(store: Store | null): Store {
  if (store !== null) return store;
  throw new LifecycleError(
    "NOT_APPLIED",
    "This home has no ledger on this machine yet.",
    'Look at its files, then run "hall apply".',
  );
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

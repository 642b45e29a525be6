import { parseBody } from "../evidence/body.js";
import { isRecordKind } from "../evidence/record.js";
import type { Json } from "../protocol/canonical.js";
import type { Database } from "./driver.js";
import type { Projections } from "./schema.js";
import { query as define } from "./sql.js";

/** One record for people and programs to read. */
export type RecordRow = Omit<Projections["records"], "hall_id" | "denied" | "dry_run"> & {
  readonly denied: boolean | null;
  readonly dry_run: boolean | null;
  /** null when it was erased. */
  readonly body: Json;
};

/** Which records: all that is given must fit. */
export type RecordFilter = {
  /** A record_id (the record and what names it as parent), approval_id, decision_id or correlation_id. */
  readonly id?: string;
  /** As its skill or server names it. */
  readonly tool?: string;
  readonly skill_id?: string;
  readonly code?: string;
  /** At or after this time. */
  readonly since?: string;
  readonly kind?: string;
  readonly tenant_id?: string;
  readonly agent?: string;
  readonly session_id?: string;
  /** Only records after this seq, the first `limit` of them; without it the last `limit`. */
  readonly after?: number;
  /** 100 when left out. */
  readonly limit?: number;
};

/** Records that fit, in the ledger's order. */
export function queryRecords(db: Database, hall_id: string, filter: RecordFilter): readonly RecordRow[] {
  const { id, since, after, limit = 100 } = filter;
  const statement = define<Record<keyof RecordFilter | "hall_id", string | number>>()((kysely, args) => {
    const text = (name: "id" | "since"): string => args[name] as string;
    let rows = kysely
      .selectFrom("records")
      .innerJoin("ledger", (join) =>
        join.onRef("ledger.hall_id", "=", "records.hall_id").onRef("ledger.seq", "=", "records.seq"),
      )
      .selectAll("records")
      .select("ledger.body")
      .where("records.hall_id", "=", args.hall_id as string)
      .orderBy("records.seq", after === undefined ? "desc" : "asc")
      .limit(args.limit as number);
    for (const column of EXACT) {
      if (filter[column] !== undefined) rows = rows.where(`records.${column}`, "=", args[column] as string);
    }
    if (since !== undefined) rows = rows.where("records.at", ">=", text("since"));
    if (after !== undefined) rows = rows.where("records.seq", ">", args.after as number);
    if (id === undefined) return rows;
    return rows.where((eb) => eb.or(NAMES.map((column) => eb(`records.${column}`, "=", text("id")))));
  });
  const found = db.all(statement, { ...NO_FILTER, ...filter, hall_id, limit });
  const inOrder = after === undefined ? [...found].reverse() : found;
  return inOrder.map(({ hall_id: _, body, denied, dry_run, ...row }) => ({
    ...row,
    denied: denied === null ? null : denied === 1,
    dry_run: dry_run === null ? null : dry_run === 1,
    body: bodyOf(row.kind, body),
  }));
}

/** An allowed call that has no receipt yet: running, or its process died. */
export type OpenCallRow = Pick<
  Projections["calls"],
  "record_id" | "seq" | "at" | "tenant_id" | "session_id" | "agent" | "tool"
>;

/** Allowed calls that wait for their receipt, oldest first. */
export function openCallsOf(db: Database, hall_id: string): readonly OpenCallRow[] {
  return db.all(openCalls, { hall_id });
}

const EXACT = ["tool", "skill_id", "code", "kind", "tenant_id", "agent", "session_id"] as const;
const NAMES = ["record_id", "parent_id", "approval_id", "decision_id", "correlation_id"] as const;
const NO_FILTER = {
  id: "",
  tool: "",
  skill_id: "",
  code: "",
  since: "",
  kind: "",
  tenant_id: "",
  agent: "",
  session_id: "",
  after: -1,
};

function bodyOf(kind: string, body: Uint8Array | null): Json {
  if (body === null) return null;
  return isRecordKind(kind) ? (parseBody(kind, body) as unknown as Json) : null;
}

const openCalls = define<{ readonly hall_id: string }>()((db, { hall_id }) =>
  db
    .selectFrom("calls")
    .select(["record_id", "seq", "at", "tenant_id", "session_id", "agent", "tool"])
    .where("hall_id", "=", hall_id)
    .orderBy("seq"),
);

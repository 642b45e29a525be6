import { type Body, parseBody } from "../evidence/body.js";
import { commitment } from "../evidence/commitment.js";
import { hallIdOf } from "../evidence/genesis.js";
import { insist } from "../evidence/members.js";
import { parseOrder } from "../evidence/order.js";
import { type Header, isRecordKind, leafOf, parseHeader } from "../evidence/record.js";
import { payloadOf } from "./payload.js";
import { project, type RowChange } from "./project.js";
import type { LedgerTables } from "./schema.js";

/** A row of the ledger, as far as it says what changes. */
export type LedgerRow = Pick<LedgerTables["ledger"], "seq" | "leaf" | "header" | "salt" | "body">;

/**
 * A stored record and what it changes. Throws RecordError when its bytes aren't what leaf and commitment say, or its
 * body is gone: nothing writes `erase` orders yet, so nothing may be missing.
 */
export function readRecord(
  row: LedgerRow,
  hall_id: string,
): { readonly header: Header; readonly body: Body | null; readonly changes: readonly RowChange[] } {
  const header = parseHeader(row.header);
  insist(leafOf(row.header) === row.leaf, `record ${row.seq}: its leaf isn't that of its header`);
  insist(header.seq === row.seq && header.hall_id === hall_id, `record ${row.seq}: its header is another's`);
  const { salt, body } = row;
  insist(body !== null && salt !== null, `record ${row.seq}: its body is missing, and no order erased it`);
  insist(
    commitment("body", body, salt) === header.body,
    `record ${row.seq}: its body isn't the one committed to`,
  );
  insist(
    header.kind !== "genesis" || hallIdOf(body) === hall_id,
    "record 0: it isn't the genesis of this Hall",
  );
  const parsed = isRecordKind(header.kind) ? parseBody(header.kind, body) : null;
  return { header, body: parsed, changes: project(header, parsed) };
}

/** The order that an order says came before it; undefined for a record of another kind. */
export function previousOf(body: Body | null): string | null | undefined {
  return body !== null && "order" in body ? parseOrder(payloadOf(body.order)).previous : undefined;
}

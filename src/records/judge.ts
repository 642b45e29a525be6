import type { Bodies, OrderBody } from "../evidence/body.js";
import { startFold } from "../evidence/fold.js";
import { insist } from "../evidence/members.js";
import { openOrder } from "../evidence/order.js";
import type { Header } from "../evidence/record.js";
import { consumeGrant, takeApproval, takeHold } from "../evidence/verifyHold.js";
import { takeOrder } from "../evidence/verifyOrder.js";
import { pinKey, takePin } from "../evidence/verifyPin.js";
import { documentsOf, getDocument } from "./documents.js";
import type { DraftKind, Prepared } from "./draft.js";
import type { Database } from "./driver.js";
import { RecordsError } from "./error.js";
import { type Cursor, keysInForce } from "./heads.js";
import { heldCall, holdOf } from "./holds.js";
import { pinOf } from "./pins.js";

type Judge<K extends DraftKind> = (db: Database, cursor: Cursor, header: Header, body: Bodies[K]) => void;

/**
 * Refuses a record that the verifier would find wrong, by the verifier's own checks: what couldn't be verified
 * later is never written. Plain decisions and receipts pass without a look; their place is checked by `project`.
 * Throws RecordError, and RecordsError MOVED for an order that another one overtook.
 */
export function judge<K extends DraftKind>(
  db: Database,
  cursor: Cursor,
  header: Header,
  record: Prepared<K>,
): void {
  const check: Judge<K> | undefined = JUDGES[record.draft.kind];
  check?.(db, cursor, header, record.body);
}

const JUDGES: { readonly [K in DraftKind]?: Judge<K> } = {
  apply: judgeOrder,
  standing: judgeOrder,
  ban: judgeOrder,
  key: judgeOrder,
  clock: judgeOrder,
  erase: judgeOrder,
  hold: (db, cursor, header, body) => takeHold(foldAt(db, cursor), header, body),
  approval: (db, cursor, header, body) => takeApproval(foldAt(db, cursor, body.approval_id), header, body),
  decision: (db, cursor, header, body) => {
    if (body.grant_id === null) return;
    const starts = !body.dry_run && !body.decision.denied;
    insist(starts, "it consumes a grant and starts no call");
    consumeGrant(foldAt(db, cursor, body.grant_id), header, body, body.grant_id);
  },
  install: (db, cursor, _, body) => {
    const isKept = getDocument(db, cursor.hall_id, body.manifest_hash) !== undefined;
    insist(isKept, "the skill.json that it names isn't among the documents");
  },
  pin: (db, cursor, header, body) => {
    const fold = foldAt(db, cursor);
    const { skill_id, tool } = body;
    const isPinned = skill_id !== null && pinOf(db, cursor.hall_id, skill_id, tool) !== undefined;
    if (isPinned) fold.pins.add(pinKey(skill_id, tool));
    takePin(fold, header, body);
  },
};

function judgeOrder(db: Database, cursor: Cursor, header: Header, body: OrderBody): void {
  const fold = foldAt(db, cursor);
  if (openOrder(body.order, fold.operatorKeys).previous !== cursor.last_order) {
    throw new RecordsError("MOVED", "another order came before this one: sign it again after that one");
  }
  takeOrder(fold, header, body);
}

/** The verifier's fold as the records so far leave it, with the one hold that is asked about. */
function foldAt(db: Database, cursor: Cursor, approval_id?: string) {
  const { hall_id, policy_digest } = cursor;
  const documents = documentsOf(db, hall_id);
  const fold = startFold(hall_id, documents);
  fold.size = cursor.size;
  fold.prev = cursor.head;
  fold.at = cursor.at;
  fold.operatorKeys = keysInForce(db, hall_id, "operator");
  fold.lastOrder = cursor.last_order;
  fold.policyDigest = policy_digest;
  fold.policy = policy_digest === null ? null : documents.policy(policy_digest);
  fold.epoch = cursor.epoch;
  const hold = approval_id === undefined ? undefined : holdOf(db, hall_id, approval_id, cursor.at);
  if (hold !== undefined) fold.holds.set(hold.request.approval_id, heldCall(hold));
  return fold;
}

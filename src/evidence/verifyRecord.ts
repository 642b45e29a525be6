import { type Bodies, type Common, type DecisionBody, type InstallBody, parseBody } from "./body.js";
import { commitment, SALT_BYTES } from "./commitment.js";
import type { Fold, StoredRecord } from "./fold.js";
import { type GenesisBody, hallIdOf } from "./genesis.js";
import { insist } from "./members.js";
import { type Header, isRecordKind, leafOf, MAX_BODY_BYTES, parseHeader, type RecordKind } from "./record.js";
import { consumeGrant, takeApproval, takeHold } from "./verifyHold.js";
import { takeOrder } from "./verifyOrder.js";
import { takePin } from "./verifyPin.js";

/** Judges the next record by those before it and takes it into the fold. Throws RecordError; the fold is spoilt then. */
export function takeRecord(fold: Fold, row: StoredRecord): void {
  const header = checkChain(fold, row);
  const body = checkCommitment(header, row);
  const isName = header.kind !== "genesis" || hallIdOf(body) === header.hall_id;
  insist(isName, "its body isn't the genesis of this Hall");
  if (isRecordKind(header.kind)) takeBody(fold, header, header.kind, body);
  else fold.unread++;
  fold.prev = leafOf(row.header);
  fold.at = header.at;
  fold.size++;
}

/** The header's bytes and members, and its place: Hall, seq, prev, time. */
function checkChain(fold: Fold, row: StoredRecord): Header {
  insist(row.seq === fold.size, `it is missing: record ${row.seq} stands in its place`);
  const header = parseHeader(row.header);
  const leaf = leafOf(row.header);
  insist((row.leaf ?? leaf) === leaf, "its leaf isn't that of its header");
  insist(header.hall_id === (fold.hall_id ?? header.hall_id), "it is another Hall's");
  insist(header.seq === fold.size, `its header says seq ${header.seq}`);
  insist(header.prev === fold.prev, "its prev isn't the leaf of the record before");
  insist(header.at >= fold.at, "its time is before that of the record before");
  insist((header.kind === "genesis") === (fold.size === 0), `a ${header.kind} can't be record ${fold.size}`);
  return header;
}

/** The body is the one that the header commits to. */
function checkCommitment(header: Header, { salt, body }: StoredRecord): Uint8Array {
  insist(body !== null, "its body is missing, and no order erased it");
  insist(salt?.length === SALT_BYTES, `its salt isn't ${SALT_BYTES} bytes`);
  insist(body.length <= MAX_BODY_BYTES, `its body has more than ${MAX_BODY_BYTES} bytes`);
  const committed = commitment("body", body, salt);
  insist(committed === header.body, "its body isn't the one that its header commits to");
  return body;
}

/** What each kind must obey besides, and what it changes. */
const TAKE: { readonly [K in RecordKind]: (fold: Fold, header: Header, body: Bodies[K]) => void } = {
  genesis: takeGenesis,
  decision: takeDecision,
  receipt: closeCall,
  abandoned: closeCall,
  hold: takeHold,
  approval: takeApproval,
  apply: takeOrder,
  standing: takeOrder,
  ban: takeOrder,
  key: takeOrder,
  clock: takeOrder,
  erase: takeOrder,
  install: takeInstall,
  uninstall: moveEpoch,
  pin: takePin,
  init: nothingMore,
  build: nothingMore,
  certify: nothingMore,
  publish: nothingMore,
  query: nothingMore,
  denial_burst: nothingMore,
};
const HAS_PARENT: ReadonlySet<RecordKind> = new Set(["receipt", "abandoned", "approval"]);

function takeBody<K extends RecordKind>(fold: Fold, header: Header, kind: K, bytes: Uint8Array): void {
  const body: Bodies[K] = parseBody(kind, bytes);
  if ("engine" in body) checkContext(fold, body);
  insist(HAS_PARENT.has(kind) || header.parent_id === null, "it names a parent");
  TAKE[kind](fold, header, body);
}

/** Every body but the genesis says under which policy and standing it was written. */
function checkContext(fold: Fold, body: Common): void {
  insist(body.policy_digest === fold.policyDigest, "its policy_digest isn't that of the last apply");
  insist(body.standing_epoch === fold.epoch, `its standing_epoch isn't ${fold.epoch}`);
}

/** The first record names the Hall and fixes its first keys. */
function takeGenesis(fold: Fold, header: Header, genesis: GenesisBody): void {
  fold.hall_id = header.hall_id;
  fold.ledgerKey = genesis.ledger_key;
  fold.operatorKeys = genesis.operator_keys;
  fold.continues = genesis.continues?.hall_id ?? null;
}

function takeDecision(fold: Fold, header: Header, body: DecisionBody): void {
  insist(header.at >= body.now, "its time is before the decision's now");
  const starts = !body.decision.denied && !body.dry_run;
  if (body.grant_id !== null) {
    insist(starts, "it consumes a grant and starts no call");
    consumeGrant(fold, header, body, body.grant_id);
  }
  if (!starts) return;
  insist(!fold.openCalls.has(header.record_id), "its record_id is taken");
  fold.openCalls.set(header.record_id, {
    seq: header.seq,
    record_id: header.record_id,
    session_id: body.session_id,
  });
}

/** One receipt or `abandoned` for each call that started. */
function closeCall(fold: Fold, header: Header): void {
  const closed = header.parent_id !== null && fold.openCalls.delete(header.parent_id);
  insist(closed, "its parent isn't an allowed decision that still lacks its receipt");
}

function takeInstall(fold: Fold, header: Header, body: InstallBody): void {
  const named = body.skill_id !== null && body.version !== null && body.artifact_digest !== null;
  insist(named, "it doesn't say what was installed");
  insist(fold.documents.has(body.manifest_hash), "the skill.json that it names is missing or changed");
  moveEpoch(fold, header);
}

/** What may run may have changed. */
function moveEpoch(fold: Fold, header: Header): void {
  fold.epoch = header.seq;
}

/** Chain, commitment, context and shape are all there is to check. */
function nothingMore(): void {}

import type { Head } from "../protocol/outcome.js";
import { checkHead } from "./commit.js";
import { type Documents, indexDocuments, type StoredDocument } from "./documents.js";
import { type Fold, type OpenCall, type StoredRecord, startFold } from "./fold.js";
import { RecordError } from "./members.js";
import { takeRecord } from "./verifyRecord.js";

/** A whole ledger to be verified, wherever it lies: a database, an export, memory. Nothing in it is trusted. */
export type LedgerSource = {
  /** The Hall that is expected, when the verifier knows it from elsewhere. */
  readonly hall_id?: string;
  /** The records in order of seq. */
  rows(): Iterable<StoredRecord>;
  /** The signed head; `at` and `epoch` where the store keeps them beside it. */
  readonly heads: (Head & { readonly at?: string; readonly epoch?: number }) | null;
  readonly documents: Iterable<StoredDocument>;
  /** The lines of the witness file, in any order; empty when there is none. */
  readonly witness: readonly Head[];
};

/** The lowest bad record and what is wrong with it; seq is null for a damaged document that no record names. */
export type FirstBad = { readonly seq: number | null; readonly reason: string };

export type VerifyResult =
  | {
      readonly ok: true;
      readonly records: number;
      readonly head: Head;
      /** Allowed calls whose receipt is still to come. */
      readonly open_calls: readonly OpenCall[];
      /** Records of kinds that this version doesn't know: chain and commitment hold, no more was checked. */
      readonly unread: number;
    }
  /** `records` is how many held before the first bad one. */
  | { readonly ok: false; readonly records: number; readonly first_bad: FirstBad };

/**
 * Verifies a ledger with nothing but public keys, which it takes from the genesis and from the documents that
 * signed orders name (formats.md, verify). Reads each record once; projections are the store's to compare.
 */
export function verifyLedger(source: LedgerSource): VerifyResult {
  const documents = indexDocuments(source.documents);
  const fold = startFold(source.hall_id ?? null, documents);
  const witness = bySize(source.witness);
  for (const row of source.rows()) {
    const seq = fold.size;
    const reason = problemIn(() => {
      takeRecord(fold, row);
      for (const line of witness.get(fold.size) ?? []) checkWitnessed(fold, line);
    });
    if (reason !== undefined) return { ok: false, records: seq, first_bad: { seq, reason } };
  }
  const first_bad = problemAtEnd(fold, source) ?? damageOf(documents);
  if (first_bad !== undefined) return { ok: false, records: fold.size, first_bad };
  const { hall_id, size, head, key_id, signature } = source.heads as Head;
  return {
    ok: true,
    records: size,
    head: { hall_id, size, head, key_id, signature },
    open_calls: [...fold.openCalls.values()],
    unread: fold.unread,
  };
}

/** `heads` says how long the ledger is, the witness how long it was; both were signed by the key then in force. */
function problemAtEnd(fold: Fold, { heads, witness }: LedgerSource): FirstBad | undefined {
  const { size } = fold;
  if (size === 0) return { seq: 0, reason: "there is no genesis" };
  const last = size - 1;
  if (heads === null) return { seq: last, reason: "no signed head covers it" };
  if (heads.size > size)
    return { seq: size, reason: `it is missing: the signed head counts ${heads.size} records` };
  if (heads.size < size) return { seq: Math.max(0, heads.size), reason: "the signed head doesn't cover it" };
  if (heads.hall_id !== fold.hall_id) return { seq: last, reason: "the signed head is another Hall's" };
  if (heads.head !== fold.prev) return { seq: last, reason: "the signed head isn't its leaf" };
  if (!checkHead(heads, fold.ledgerKey))
    return { seq: last, reason: "the head's signature isn't the ledger key's" };
  if ((heads.at ?? fold.at) !== fold.at) return { seq: last, reason: "the head's time isn't its time" };
  if ((heads.epoch ?? fold.epoch) !== fold.epoch)
    return { seq: last, reason: "the head's epoch isn't the records'" };
  for (const line of witness) {
    if (line.hall_id === fold.continues) continue;
    if (line.hall_id !== fold.hall_id) return { seq: 0, reason: "the witness names another Hall" };
    if (line.size > size)
      return { seq: size, reason: `it is missing: the witness has seen ${line.size} records` };
  }
  return undefined;
}

function checkWitnessed(fold: Fold, line: Head): void {
  if (line.hall_id !== fold.hall_id) return; // another Hall's line is judged at the end
  if (line.head !== fold.prev) throw new RecordError("the witness has seen another record here");
  if (!checkHead(line, fold.ledgerKey))
    throw new RecordError("the witness line isn't signed by the ledger key");
}

/** Bad input of any kind is a finding; a source that can't be read throws past this. */
function problemIn(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof RecordError) return error.message;
    throw error;
  }
}

function damageOf(documents: Documents): FirstBad | undefined {
  const [digest] = documents.damaged;
  return digest === undefined
    ? undefined
    : { seq: null, reason: `document ${digest} isn't what its digest says` };
}

function bySize(witness: readonly Head[]): ReadonlyMap<number, readonly Head[]> {
  const sizes = new Map<number, Head[]>();
  for (const line of witness) {
    const same = sizes.get(line.size);
    if (same === undefined) sizes.set(line.size, [line]);
    else same.push(line);
  }
  return sizes;
}

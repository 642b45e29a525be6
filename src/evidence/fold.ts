import type { Documents } from "./documents.js";
import type { RecordedApproval } from "./grant.js";
import type { PolicyDocument } from "./policy.js";
import { FIRST_PREV } from "./record.js";
import type { HoldRequest } from "./request.js";

/** One row of a ledger. `leaf` (hex) is compared where the store keeps it. */
export type StoredRecord = {
  readonly seq: number;
  readonly leaf?: string;
  readonly header: Uint8Array;
  readonly salt: Uint8Array | null;
  readonly body: Uint8Array | null;
};

/** An allowed call that has neither a receipt nor an `abandoned` record. */
export type OpenCall = {
  readonly seq: number;
  readonly record_id: string;
  readonly session_id: string | null;
};

/** A hold's request and what was said to it so far. */
export type HeldCall = {
  readonly record_id: string;
  readonly request: HoldRequest;
  readonly approvals: RecordedApproval[];
  used: boolean;
};

/** What the records so far say: all that the next one is judged by. */
export type Fold = {
  readonly documents: Documents;
  /** Expected by the verifier, or taken from the genesis. */
  hall_id: string | null;
  size: number;
  /** Leaf and time of the last record. */
  prev: string;
  at: string;
  ledgerKey: string;
  operatorKeys: readonly string[];
  /** hall_id of the ledger that the genesis goes on from. */
  continues: string | null;
  /** record_id of the last order. */
  lastOrder: string | null;
  policyDigest: string | null;
  policy: PolicyDocument | null;
  epoch: number;
  /** By approval_id. */
  readonly holds: Map<string, HeldCall>;
  /** Foreign tools whose definition is pinned, by `pinKey`. */
  readonly pins: Set<string>;
  /** By record_id of the decision. */
  readonly openCalls: Map<string, OpenCall>;
  unread: number;
};

/** Before the first record. */
export function startFold(hall_id: string | null, documents: Documents): Fold {
  return {
    documents,
    hall_id,
    size: 0,
    prev: FIRST_PREV,
    at: "",
    ledgerKey: "",
    operatorKeys: [],
    continues: null,
    lastOrder: null,
    policyDigest: null,
    policy: null,
    epoch: 0,
    holds: new Map(),
    pins: new Set(),
    openCalls: new Map(),
    unread: 0,
  };
}

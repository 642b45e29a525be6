import type { RecordKind } from "../evidence/record.js";
import type { Vote } from "../evidence/request.js";
import type { Adapter, StandingScope } from "../protocol/standing.js";
import type { SupervisorLevel } from "../protocol/supervisor.js";

/** The ledger's own tables (formats.md, Ledger): all else is computed from them. */
export type LedgerTables = {
  readonly ledger: {
    readonly hall_id: string;
    readonly seq: number;
    readonly leaf: string;
    readonly header: Uint8Array;
    readonly salt: Uint8Array | null;
    readonly body: Uint8Array | null;
  };
  readonly heads: {
    readonly hall_id: string;
    readonly size: number;
    readonly head: string;
    readonly at: string;
    readonly epoch: number;
    readonly key_id: string;
    readonly signature: string;
  };
  /** What a hold's commitment to its arguments opens to. The bytes go when the hold closes, the salt stays. */
  readonly openings: {
    readonly hall_id: string;
    readonly commitment: string;
    readonly salt: Uint8Array;
    readonly bytes: Uint8Array | null;
  };
  /** Documents by H(bytes). `policy_digest` is what the same bytes are called as a policy; readers compute it again. */
  readonly documents: {
    readonly hall_id: string;
    readonly digest: string;
    readonly policy_digest: string;
    readonly bytes: Uint8Array;
  };
};

/** What each row of a projection carries: its record, and on whose behalf that was made. */
type Named = {
  readonly hall_id: string;
  readonly seq: number;
  readonly record_id: string;
  readonly tenant_id: string | null;
  readonly session_id: string | null;
};

export type HoldRowState = "pending" | "granted" | "refused" | "used" | "superseded";

/** Tables that are computed from the records by `project`, and from nothing else. */
export type Projections = {
  /** One row a record, for queries. */
  readonly records: Named & {
    readonly at: string;
    readonly kind: string;
    readonly parent_id: string | null;
    readonly surface: string | null;
    readonly correlation_id: string | null;
    readonly agent: string | null;
    readonly skill_id: string | null;
    readonly version: string | null;
    readonly tool: string | null;
    readonly code: string | null;
    readonly denied: number | null;
    readonly dry_run: number | null;
    readonly decision_id: string | null;
    readonly approval_id: string | null;
  };
  /** Every order. The last apply names the policy in force. */
  readonly orders: Named & { readonly kind: RecordKind; readonly policy_digest: string | null };
  /** Keys in force. */
  readonly keys: Named & { readonly role: "ledger" | "operator"; readonly key: string };
  /** Whatever isn't active. */
  readonly standing: Named & {
    readonly subject: string;
    readonly state: "revoked" | "degraded" | "banned";
    readonly adapter: Adapter | null;
    readonly scope: StandingScope;
  };
  readonly installs: Named & {
    readonly at: string;
    readonly skill_id: string;
    readonly version: string;
    readonly artifact_digest: string;
    readonly manifest_hash: string;
    readonly signer: string;
    readonly dev: number;
  };
  /** An index of holds. Expiry is by `ends_at` when read; what decides is `checkGrant` over the records. */
  readonly holds: Named & {
    readonly agent: string;
    readonly approval_id: string;
    readonly holder: string;
    readonly arguments: string;
    readonly policy_digest: string;
    readonly needed: number;
    readonly grant_seconds: number;
    readonly expires_at: string;
    readonly state: HoldRowState;
    readonly granted_at: string | null;
    readonly ends_at: string;
    readonly closed_by: string | null;
    readonly supervisor_level: SupervisorLevel | null;
  };
  /** The first definition of each foreign tool that was used in env dev. */
  readonly pins: Named & {
    readonly skill_id: string;
    readonly tool: string;
    readonly capability_id: string;
    readonly definition_digest: string;
    readonly document: string;
  };
  readonly approvals: Named & {
    readonly at: string;
    readonly approval_id: string;
    readonly approver: string;
    readonly verdict: Vote["verdict"];
    readonly level: SupervisorLevel;
  };
  /** Allowed calls without a receipt. */
  readonly calls: Named & {
    readonly at: string;
    readonly agent: string | null;
    readonly tool: string | null;
  };
};
export type ProjectionName = keyof Projections;

export type Tables = LedgerTables & Projections;

/** The projections that a call or a write is decided by; they are rebuilt when a home is opened. */
export const DECIDING_TABLES = [
  "orders",
  "keys",
  "standing",
  "installs",
  "holds",
  "approvals",
  "pins",
] as const;
export const PROJECTION_TABLES = [...DECIDING_TABLES, "records", "calls"] as const;

import type { Json, JsonObject } from "./canonical.js";
import type { DenyCode } from "./deny.js";
import type { DataLabel, Env, QosClass, TenantRisk } from "./request.js";
import type { Escalation, Preconditions } from "./rule.js";

/** matched_rule_id when no rule matched, and when the request was refused before matching (wcp.md 3.4). */
export const NO_MATCH = "NO_MATCH";
export const PRE_ROUTING = "PRE_ROUTING";

export type CandidateWorker = {
  readonly worker_species_id: string;
  readonly score_hint: number | null;
  readonly requires_controls_minimum: readonly string[] | null;
  readonly skip_reason: string | null;
};

/** Why a request was refused: a code of the table in deny.ts, its message and the code's own extra members. */
export type DenyReason = JsonObject & { readonly code: DenyCode; readonly message: string };

/** What the Hall answers, in the shape of S003 (wcp.md 2.3). Keys are always present. */
export type RouteDecision = {
  readonly decision_id: string;
  readonly timestamp: string;
  readonly correlation_id: string;
  readonly tenant_id: string;
  readonly capability_id: string;
  readonly matched_rule_id: string;
  readonly env: Env;
  readonly data_label: DataLabel;
  readonly tenant_risk: TenantRisk;
  readonly qos_class: QosClass;
  readonly denied: boolean;
  readonly deny_reason_if_denied: DenyReason | null;
  readonly selected_worker_species_id: string | null;
  readonly candidate_workers_ranked: readonly CandidateWorker[];
  readonly required_controls_effective: readonly string[];
  readonly recommended_profiles_effective: readonly Json[];
  readonly escalation_effective: Escalation;
  readonly preconditions_checked: Preconditions;
  readonly artifact_hash: string | null;
  readonly worker_attestation_checked: boolean;
  readonly worker_attestation_valid: boolean | null;
  readonly dry_run: boolean;
  readonly telemetry_envelopes: readonly JsonObject[];
};

/** One reason for a human's yes that a decision met. Code and reason together name it. */
export type Hold = { readonly code: DenyCode; readonly reason: string };

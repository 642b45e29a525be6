import type { Json } from "./canonical.js";

/** The five request fields that a rule can match on (wcp.md 2.9). */
export const MATCH_FIELDS = ["capability_id", "env", "data_label", "tenant_risk", "qos_class"] as const;
export type MatchField = (typeof MATCH_FIELDS)[number];

/** A rule as it is written; only rule_id is promised here, the rest is read by compileRules (wcp.md 4). */
export type RuleSource = { readonly rule_id: string; readonly match?: Json; readonly decision?: Json };

/** Escalation of a rule (S003), and the mode of approval that a hold of it asks for (hall.md, Approvals). */
export type Escalation = {
  readonly policy_gate: boolean;
  readonly msavx_step_up: boolean;
  readonly human_required_default: boolean;
  readonly human_required_if: readonly Json[];
  readonly rationale: string | null;
};

export type Preconditions = {
  readonly must_have_correlation_id: boolean;
  readonly must_attach_policy_version: boolean;
  readonly must_record_artifact_hash_if_executes: boolean;
  readonly deny_if_missing_required_controls: boolean;
  readonly deny_if_unsigned_artifact_in_prod: boolean;
  readonly deny_if_no_attestation_in_prod: boolean;
};

export const DEFAULT_ESCALATION: Escalation = Object.freeze({
  policy_gate: false,
  msavx_step_up: false,
  human_required_default: false,
  human_required_if: Object.freeze([]),
  rationale: null,
});

export const DEFAULT_PRECONDITIONS: Preconditions = Object.freeze({
  must_have_correlation_id: true,
  must_attach_policy_version: true,
  must_record_artifact_hash_if_executes: true,
  deny_if_missing_required_controls: true,
  deny_if_unsigned_artifact_in_prod: false,
  deny_if_no_attestation_in_prod: false,
});

/** How many and what kind of yes a hold of this rule needs. Silence means one signed approval. */
export type ApprovalNeed = { readonly mode: "confirm" | "approve"; readonly needed: number };

/** What a rule's `escalation.approval` asks for, `undefined` being silence; undefined when it can't be read. */
export function approvalNeedFrom(approval: unknown): ApprovalNeed | undefined {
  if (approval === undefined || approval === "approve") return { mode: "approve", needed: 1 };
  if (approval === "confirm") return { mode: "confirm", needed: 1 };
  if (typeof approval !== "object" || approval === null) return undefined;
  const { approve: needed } = approval as { approve?: unknown };
  const isCount = typeof needed === "number" && Number.isSafeInteger(needed) && needed >= 1;
  return isCount ? { mode: "approve", needed } : undefined;
}

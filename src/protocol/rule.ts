import type { Json } from "./canonical.js";
import { GATEKEEPER, isAtLeast, isSupervisorLevel, type SupervisorLevel } from "./supervisor.js";

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

/** How many and what kind of yes a hold of this rule needs, and of which level; null is any that counts. */
export type ApprovalNeed = {
  readonly mode: "confirm" | "approve";
  readonly needed: number;
  readonly supervisor_level: SupervisorLevel | null;
};

/**
 * What a rule's `escalation` asks for; undefined when it can't be read. Silence means one signed approval. A level is
 * a person's, so a confirmation doesn't do where one is asked for.
 */
export function approvalNeedFrom(escalation: {
  readonly approval?: unknown;
  readonly supervisor_level?: unknown;
}): ApprovalNeed | undefined {
  const { supervisor_level: level = null } = escalation;
  const need = countFrom(escalation.approval);
  if (need === undefined) return undefined;
  if (level === null) return { ...need, supervisor_level: null };
  return isAskableLevel(level) ? { ...need, mode: "approve", supervisor_level: level } : undefined;
}

/** A level that a rule may ask for: one whose answers count. */
export function isAskableLevel(level: unknown): level is SupervisorLevel {
  return isSupervisorLevel(level) && isAtLeast(level, GATEKEEPER);
}

function countFrom(approval: unknown): Omit<ApprovalNeed, "supervisor_level"> | undefined {
  if (approval === undefined || approval === "approve") return { mode: "approve", needed: 1 };
  if (approval === "confirm") return { mode: "confirm", needed: 1 };
  if (typeof approval !== "object" || approval === null) return undefined;
  const { approve: needed } = approval as { approve?: unknown };
  const isCount = typeof needed === "number" && Number.isSafeInteger(needed) && needed >= 1;
  return isCount ? { mode: "approve", needed } : undefined;
}

import type { Common } from "../../src/evidence/body.js";
import { type Envelope, sealEnvelope } from "../../src/evidence/dsse.js";
import type { Signer } from "../../src/evidence/ed25519.js";
import type { PolicyApprover } from "../../src/evidence/policy.js";
import type { HoldRequest, Vote } from "../../src/evidence/request.js";
import type { JsonObject } from "../../src/protocol/canonical.js";
import { timestamp } from "../../src/protocol/clock.js";
import type { RouteDecision } from "../../src/protocol/decision.js";
import type { RouteInput } from "../../src/protocol/request.js";
import { APPROVER, vector } from "./formats.js";

/** 2026-11-20T09:00:00.000Z, when the vectors begin. */
export const NINE = Date.parse("2026-11-20T09:00:00.000Z");

/** The time so many seconds after nine. */
export const at = (seconds: number): string => timestamp(NINE + seconds * 1000);

export const VOTE: Vote = JSON.parse(vector(5, "payload (1036 bytes) "));
export const REQUEST: HoldRequest = VOTE.request;

export function voteBy(signer: Signer, changes: Partial<Vote> = {}): Envelope {
  return sealEnvelope("vote", { ...VOTE, ...changes }, [signer]);
}

export const ALICE: PolicyApprover = { id: "alice", key: APPROVER.key, level: "gatekeeper", via: null };

/** Rules of which the sample call's wants one approval. */
export const RULES = {
  rules: [{ rule_id: REQUEST.rule_id, decision: { escalation: { human_required_default: true } } }],
};

/** What the decision on the sample call was told, once its hold was granted. */
export const FACTS: JsonObject = factsOf(REQUEST);

export function factsOf({ approval_id, holds }: HoldRequest, risk_tier = "low"): JsonObject {
  return { skill: { approval: { state: "granted", approval_id, holds }, worker: { risk_tier } } };
}

/** What a call of the request's tool says in its decision. */
export const ROUTE_INPUT: RouteInput = {
  capability_id: REQUEST.capability_id,
  env: REQUEST.env,
  data_label: REQUEST.data_label,
  tenant_risk: REQUEST.tenant_risk,
  qos_class: REQUEST.qos_class,
  tenant_id: REQUEST.tenant_id,
  correlation_id: "c-1",
  request: {
    arguments: REQUEST.arguments,
    egress: false,
    external_call: false,
    mutates_state: true,
    writes: true,
  },
  dry_run: false,
};

export const DECISION_ID = "3e1f0a52-8f5c-4f0e-8d43-5b0f6f6a2c10";

/** The members of a decision that the ledger's laws read, as of a call that may run. */
export function decisionOf(denied: boolean): RouteDecision {
  return {
    decision_id: DECISION_ID,
    timestamp: at(0),
    correlation_id: "c-1",
    tenant_id: REQUEST.tenant_id,
    capability_id: REQUEST.capability_id,
    matched_rule_id: REQUEST.rule_id,
    env: REQUEST.env,
    data_label: REQUEST.data_label,
    tenant_risk: REQUEST.tenant_risk,
    qos_class: REQUEST.qos_class,
    denied,
    deny_reason_if_denied: denied ? { code: "DENY_NO_MATCHING_RULE", message: "no" } : null,
    selected_worker_species_id: null,
    candidate_workers_ranked: [],
    required_controls_effective: [],
    recommended_profiles_effective: [],
    escalation_effective: {
      policy_gate: false,
      msavx_step_up: false,
      human_required_default: true,
      human_required_if: [],
      rationale: null,
    },
    preconditions_checked: {
      must_have_correlation_id: true,
      must_attach_policy_version: true,
      must_record_artifact_hash_if_executes: true,
      deny_if_missing_required_controls: true,
      deny_if_unsigned_artifact_in_prod: false,
      deny_if_no_attestation_in_prod: false,
    },
    artifact_hash: null,
    worker_attestation_checked: false,
    worker_attestation_valid: null,
    dry_run: false,
    telemetry_envelopes: [],
  };
}

/** What every body says of the sample call; policy and epoch are the ledger's. */
export const CALL: Omit<Common, "policy_digest" | "standing_epoch"> = {
  tenant_id: REQUEST.tenant_id,
  session_id: "s-1",
  surface: "mcp",
  correlation_id: "c-1",
  actor: REQUEST.agent,
  engine: REQUEST.engine,
  skill_id: REQUEST.skill_id,
  version: REQUEST.version,
  artifact_digest: REQUEST.artifact_digest,
};

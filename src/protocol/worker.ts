import type { DataLabel, Env, RiskTier } from "./request.js";

/** What a worker may touch (wcp.md 2.8). */
export type PrivilegeEnvelope = {
  readonly secrets_access: readonly string[];
  readonly network_egress: "none" | "allowlisted" | "broad";
  readonly filesystem_writes: readonly string[];
  readonly tools: readonly string[];
  readonly egress?: { readonly allowlist: readonly string[] };
};

/** Five dimensions of possible damage, each 0..5 (S004). */
export type BlastRadius = {
  readonly data: number;
  readonly network: number;
  readonly financial: number;
  readonly time: number;
  readonly reversibility: number;
};

/** The worker that a skill's installation enrols (S003, worker registry record). */
export type WorkerRecord = {
  readonly worker_id: string;
  readonly worker_species_id: string;
  readonly worker_version: string;
  readonly capabilities: readonly string[];
  readonly risk_tier: RiskTier;
  readonly required_controls: readonly string[];
  readonly currently_implements: readonly string[];
  readonly allowed_environments: readonly Env[];
  readonly data_labels: readonly DataLabel[];
  readonly blast_radius: BlastRadius;
  readonly privilege_envelope: PrivilegeEnvelope;
};

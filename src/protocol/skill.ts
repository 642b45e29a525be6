import type { Json, JsonObject } from "./canonical.js";
import type { DataLabel, Env, RiskTier } from "./request.js";
import type { BlastRadius, PrivilegeEnvelope } from "./worker.js";

/** Bounds of one run (hall.md, A skill). */
export type Limits = {
  readonly timeout_ms: number;
  readonly memory_mb: number;
  readonly output_bytes: number;
  readonly concurrency: number;
};

/** One worked example of a tool; certification runs them all. `data` are files put into the data directory first. */
export type ToolExample = {
  readonly name: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly input: JsonObject;
  readonly output: Json;
};

export type ManifestTool = {
  readonly name: string;
  readonly description: string;
  readonly capability: string;
  readonly input_schema: JsonObject;
  readonly output_schema?: JsonObject;
  readonly handler: string;
  readonly examples: readonly ToolExample[];
};

/** The canonical manifest, as an author writes it in skill.yaml, checked and with its defaults filled in. */
export type SkillManifest = {
  readonly manifest_version: "1";
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly description: string;
  readonly worker: { readonly id: string; readonly species: string };
  readonly risk_tier: RiskTier;
  readonly policy_tier: number;
  readonly capabilities: readonly string[];
  readonly data_labels: readonly DataLabel[];
  readonly allowed_environments: readonly Env[];
  readonly required_controls: readonly string[];
  readonly currently_implements: readonly string[];
  readonly blast_radius: BlastRadius;
  readonly privilege_envelope: PrivilegeEnvelope;
  readonly limits: Limits;
  readonly attestation_required: true;
  readonly audit_events: readonly string[];
  readonly tools: readonly ManifestTool[];
};

/** Hints for clients; derived, never policy (MCP tool annotations). */
export type ToolAnnotations = {
  readonly title: string;
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
};

/** What a framework sees of a tool. */
export type ToolDefinition = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly capability_id: string;
  readonly input_schema: JsonObject;
  readonly output_schema: JsonObject | null;
  readonly annotations: ToolAnnotations;
  readonly skill_id: string;
  readonly version: string;
};

/** What a certificate's signature covers (formats.md, Artifact and certificate). */
export type Certificate = {
  readonly skill_id: string;
  readonly version: string;
  readonly manifest_hash: string;
  readonly artifact_digest: string;
  readonly package_hash: string;
  readonly checks: readonly { readonly name: string; readonly ok: true }[];
  readonly toolchain: Readonly<Record<string, string>>;
  readonly publisher_key: string;
  readonly issued_at: string;
  readonly expires_at: string;
};

import { z } from "zod";
import type { Json, JsonObject } from "./canonical.js";
import {
  CapabilityIdSchema,
  ControlIdSchema,
  NamespaceSchema,
  SkillNameSchema,
  SpeciesIdSchema,
  ToolNameSchema,
} from "./ids.js";
import {
  type DataLabel,
  DataLabelSchema,
  type Env,
  EnvSchema,
  type RiskTier,
  RiskTierSchema,
} from "./request.js";
import { keysAt, schemaAt } from "./schemaAt.js";
import {
  type BlastRadius,
  BlastRadiusSchema,
  type PrivilegeEnvelope,
  PrivilegeEnvelopeSchema,
} from "./worker.js";

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
  /** `content`: the handler answers content blocks ({content, structured?}); output_schema then describes `structured`. */
  readonly output?: "content";
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

const SEMVER =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?$/;
const WORKER_ID = /^(?:x|org)(?:\.[a-z0-9]+(?:-[a-z0-9]+)*){2,}$/;
const HANDLER = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)*[A-Za-z0-9_][A-Za-z0-9._-]*\.(?:ts|mts|js|mjs)$/;

/** The events that a skill can ask to be audited (S002, lifecycle). All are recorded anyway. */
export const AUDIT_EVENTS = ["init", "build", "certify", "publish", "install", "execute", "deny"] as const;

/** Longest text of a tool or skill that a model reads; the narrowest platform's bound. */
export const MAX_DESCRIPTION = 1024;

const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  {
    error: "expected an object",
  },
);
const json = z.custom<Json>((value) => value !== undefined, { error: "is missing" });
const fileName = z
  .string()
  .max(99)
  .regex(/^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)*[A-Za-z0-9_][A-Za-z0-9._-]*$/);

const LimitsSchema = z
  .strictObject({
    timeout_ms: z.int().min(1).max(600_000).default(10_000),
    memory_mb: z.int().min(16).max(4_096).default(128),
    output_bytes: z.int().min(1).max(8_388_608).default(262_144),
    concurrency: z.int().min(1).max(64).default(1),
  })
  .prefault({});

const ToolExampleSchema = z.strictObject({
  name: z.string().min(1).max(100),
  data: z.record(fileName, z.string()).exactOptional(),
  input: jsonObject,
  output: json,
});

const ManifestToolSchema = z.strictObject({
  name: ToolNameSchema,
  description: z.string().min(1).max(MAX_DESCRIPTION),
  capability: CapabilityIdSchema,
  input_schema: jsonObject,
  output_schema: jsonObject.exactOptional(),
  output: z.literal("content", { error: 'expected "content", or nothing for plain JSON' }).exactOptional(),
  handler: z
    .string()
    .max(99)
    .regex(HANDLER, { error: "expected a .ts or .js file inside the skill, as a relative path" }),
  examples: z.array(ToolExampleSchema).max(50).default([]),
});

/** The shape of skill.yaml's value. What members mean for each other, compile/ checks. */
export const ManifestSchema = z.strictObject({
  manifest_version: z.literal("1"),
  namespace: NamespaceSchema,
  name: SkillNameSchema,
  version: z
    .string()
    .max(64)
    .regex(SEMVER, { error: "expected three numbers, as in 1.2.0 (semantic versioning)" }),
  title: z.string().min(1).max(80),
  description: z.string().min(1).max(MAX_DESCRIPTION),
  worker: z.strictObject({
    id: z.string().max(128).regex(WORKER_ID, { error: "expected an id like org.acme.notes" }).exactOptional(),
    species: SpeciesIdSchema,
  }),
  risk_tier: RiskTierSchema,
  policy_tier: z.int().min(0).max(8),
  capabilities: z.array(CapabilityIdSchema).min(1).max(64),
  data_labels: z.array(DataLabelSchema).min(1).default(["PUBLIC", "INTERNAL"]),
  allowed_environments: z.array(EnvSchema).min(1),
  required_controls: z.array(ControlIdSchema).max(64).default([]),
  currently_implements: z.array(ControlIdSchema).max(64).default([]),
  blast_radius: BlastRadiusSchema,
  privilege_envelope: PrivilegeEnvelopeSchema,
  limits: LimitsSchema,
  attestation_required: z.literal(true).default(true),
  audit_events: z.array(z.enum(AUDIT_EVENTS)).min(1).default(["execute", "deny"]),
  tools: z.array(ManifestToolSchema).min(1).max(64),
});

/** What {@link ManifestSchema} finds wrong in one place. */
export type ManifestIssue = z.core.$ZodIssue;

/** The keys that a manifest may have at a path, or none where it isn't an object of ours. */
export function manifestKeys(path: readonly PropertyKey[]): readonly string[] {
  return keysAt(ManifestSchema, path);
}

/** Whether a manifest may say this at a path; what it means beside the rest is another question. */
export function manifestTakes(path: readonly PropertyKey[], value: Json): boolean {
  const schema = schemaAt(ManifestSchema, path);
  return schema instanceof z.ZodType && schema.safeParse(value).success;
}

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

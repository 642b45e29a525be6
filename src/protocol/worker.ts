import { z } from "zod";
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

/** How an envelope writes the skill's own data directory, one per tenant and skill. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the manifest's own placeholder
export const OWN_DATA = "${data}";
const SECRET_NAME = /^[A-Z][A-Z0-9_]{0,63}$/;
const HOST =
  /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?::[0-9]{1,5})?$/;
const WRITABLE = /^(?:\$\{data\}|\/)(?:\/?[^\\]*)$/;

/** An envelope as a manifest writes it. What it leaves out isn't allowed. */
export const PrivilegeEnvelopeSchema = z
  .strictObject({
    secrets_access: z
      .array(z.string().regex(SECRET_NAME, { error: "expected a name like API_TOKEN" }))
      .max(32)
      .default([]),
    network_egress: z.enum(["none", "allowlisted", "broad"]).default("none"),
    filesystem_writes: z
      .array(
        z
          .string()
          .max(512)
          .refine((path) => WRITABLE.test(path) && !path.split("/").includes(".."), {
            error: `expected "${OWN_DATA}" or an absolute path without ".."`,
          }),
      )
      .max(32)
      .default([]),
    tools: z
      .array(z.string().regex(/^[a-zA-Z0-9_-]{1,48}$/, { error: "expected a tool's name" }))
      .max(64)
      .default([]),
    egress: z
      .strictObject({
        allowlist: z
          .array(
            z
              .string()
              .max(255)
              .regex(HOST, { error: "expected a host like api.example.com or *.example.com" }),
          )
          .min(1)
          .max(64),
      })
      .exactOptional(),
  })
  .prefault({});

const dimension = z.int().min(0).max(5);

export const BlastRadiusSchema = z.strictObject({
  data: dimension,
  network: dimension,
  financial: dimension,
  time: dimension,
  reversibility: dimension,
});

/** Words for the reversibility dimension (policy.md, Risk). */
export const REVERSIBILITY: ReadonlyMap<string, number> = new Map([
  ["reversible", 0],
  ["partially-reversible", 2],
  ["difficult", 3],
  ["irreversible", 5],
]);

/** Whether an entry of filesystem_writes lies in the skill's own data directory. */
export function isOwnData(path: string): boolean {
  return path === OWN_DATA || path.startsWith(`${OWN_DATA}/`);
}

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

import { z } from "zod";
import { PinnedToolSchema, ServerSchema } from "./foreign.js";
import { ControlIdSchema, NamespaceSchema, SkillNameSchema } from "./ids.js";
import { DataLabelSchema, EnvSchema, QosClassSchema, TenantRiskSchema } from "./request.js";
import { keysAt } from "./schemaAt.js";
import { SUPERVISOR_LEVELS } from "./supervisor.js";

/** Floors of a Hall that no rule can lower (S003 HallConfig; wcp.md 2.6). Wire names. */
export const HallConfigSchema = z.strictObject({
  require_signatory: z.boolean(),
  allowed_tenants: z.array(z.string()).readonly(),
  require_credential: z.boolean(),
  require_worker_attestation: z.boolean(),
  enforce_correlation_id: z.boolean(),
  enforce_required_controls: z.boolean(),
  enforce_blast_scoring_in_prod: z.boolean(),
  enforce_privilege_envelopes: z.boolean(),
});
export type HallConfig = Readonly<z.infer<typeof HallConfigSchema>>;

export const DEFAULT_HALL_CONFIG: HallConfig = Object.freeze({
  require_signatory: false,
  allowed_tenants: Object.freeze([]),
  require_credential: false,
  require_worker_attestation: false,
  enforce_correlation_id: true,
  enforce_required_controls: true,
  enforce_blast_scoring_in_prod: true,
  enforce_privilege_envelopes: false,
});

const ed25519Key = z.string().regex(/^ed25519:[0-9a-f]{64}$/, {
  error: "expected ed25519: and 64 hex digits, as `hall` prints a public key",
});

/** Left out, it is gatekeeper (evidence/policy); absent and written are told apart, so an old policy keeps its digest. */
const supervisorLevel = z.enum(SUPERVISOR_LEVELS).optional();

const approverId = z
  .string()
  .min(1)
  .max(128)
  .refine((id) => !/^(?:mcp|cli|agent):/.test(id), {
    error: "ids beginning with mcp:, cli: or agent: are requesters, and nobody is both",
  });

/** One name or key stands once in a list. */
function eachOnce<Name extends string>(names: readonly Name[], message: (first: number) => string) {
  return (list: readonly { readonly [N in Name]: string }[], context: z.RefinementCtx) => {
    for (const name of names) {
      const seen = new Map<string, number>();
      list.forEach((entry, i) => {
        const first = seen.get(entry[name]);
        if (first === undefined) seen.set(entry[name], i);
        else context.addIssue({ code: "custom", path: [i, name], message: message(first) });
      });
    }
  };
}

const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, { error: "expected the name of a variable of the environment" });

/** A channel through which approvers answer: a Slack workspace, whose callbacks `hall approvals serve` verifies. */
const ChannelSchema = z.strictObject({
  id: z.string().regex(/^slack:[A-Za-z0-9]{1,32}$/, {
    error: "expected slack: and the id of the workspace, as in slack:T1",
  }),
  key: ed25519Key,
  /** The variable of the environment that holds the secret shared with the channel. Never the secret itself. */
  secret: environmentName,
  /** Where a new hold is announced; `env:NAME` for a URL that is a secret itself, as Slack's are. */
  url: z
    .union([z.url({ protocol: /^https?$/ }), z.string().regex(/^env:[A-Za-z_][A-Za-z0-9_]{0,63}$/)])
    .optional(),
  /** Who people are: from the user's id in the channel to the approver's. */
  subjects: z.record(
    z.string().regex(/^[A-Za-z0-9]{1,64}$/, { error: "expected a user's id, as in U2" }),
    approverId,
  ),
  level: supervisorLevel,
});
export type ChannelConfig = Readonly<z.infer<typeof ChannelSchema>>;

/** `.hall/config.json`: policy without secrets (formats.md). Unknown keys are errors. */
export const HomeConfigSchema = z.strictObject({
  $schema: z.string().optional(),
  env: EnvSchema,
  profile: z.string().nullable().default(null),
  tenant: z.string().trim().min(1).max(128),
  namespace: NamespaceSchema,
  caller: z.strictObject({
    data_label: DataLabelSchema,
    tenant_risk: TenantRiskSchema,
    qos_class: QosClassSchema,
  }),
  registry: z
    .string()
    .regex(/^file:/, { error: "expected file: or file:PATH; registries over the network come later" }),
  publishers: z
    .array(z.strictObject({ key: ed25519Key, namespaces: z.array(NamespaceSchema).min(1) }))
    .default([]),
  approvers: z
    .array(
      z.strictObject({
        id: approverId,
        key: ed25519Key,
        level: supervisorLevel,
      }),
    )
    .superRefine(
      eachOnce(
        ["id", "key"],
        (other) =>
          `is that of approvers.${other} too: N approvals are N people's, each with a key of their own`,
      ),
    )
    .default([]),
  /** Where approvers answer from: who they are there, by whose key the channel signs what it verified. */
  channels: z
    .array(ChannelSchema)
    .max(100)
    .superRefine(
      eachOnce(
        ["id", "key"],
        (other) => `is that of channels.${other} too: give each channel a key of its own`,
      ),
    )
    .default([]),
  /** Where `hall approvals serve` is reached, so that a client can send its person there. */
  approvals: z.strictObject({ url: z.url({ protocol: /^https?$/ }) }).exactOptional(),
  namespaces: z.record(z.string(), z.array(NamespaceSchema)).default({}),
  controls: z.array(ControlIdSchema).default([]),
  secrets: z.record(z.string(), z.array(z.string())).default({}),
  /** MCP servers whose tools are governed here, by name. */
  servers: z.record(SkillNameSchema, ServerSchema).default({}),
  /** Foreign tools that an operator accepted. Written in tools.json, never in config.json. */
  tools: z.array(PinnedToolSchema).max(2_000).default([]),
  hall: HallConfigSchema.partial().default({}),
});

/** A home's configuration with its defaults filled in. */
export type HomeConfig = z.infer<typeof HomeConfigSchema>;

/** What {@link HomeConfigSchema} finds wrong in one place. */
export type ConfigIssue = z.core.$ZodIssue;

/** The keys that config.json may have at a path, or none where it isn't an object of ours. */
export function configKeys(path: readonly PropertyKey[]): readonly string[] {
  return keysAt(HomeConfigSchema, path);
}

import { z } from "zod";
import { DEFAULT_HALL_CONFIG, HallConfigSchema } from "./config.js";
import { DATA_LABELS, ENVS, EnvSchema, QOS_CLASSES, RiskTierSchema, TenantRiskSchema } from "./request.js";

const score = z.number().min(0).max(100);
const weights = <const Keys extends readonly string[]>(keys: Keys) => z.record(z.enum(keys), score);

/**
 * The tables that a policy document carries whole (formats.md, policy_digest). The engine decides by those of the
 * document in force, so an upgrade with other numbers changes nothing until an operator applies it.
 */
export const PolicyTablesSchema = z.strictObject({
  floors: HallConfigSchema,
  blast: z.strictObject({
    base: score,
    data_label: weights(DATA_LABELS),
    env: weights(ENVS),
    qos_class: weights(QOS_CLASSES),
    egress: score,
    writes: score,
    /** From here on a person is asked, whatever rule or profile say. */
    gate: z.record(EnvSchema, score.nullable()),
  }),
  risk: z.strictObject({
    reversibility: z.record(z.string(), z.number().min(0).max(5)),
    dimension_weight: z.number().min(0),
    tenant_risk_raises: TenantRiskSchema,
    lowest_tier: z.record(RiskTierSchema, z.number().int().min(0).max(8)),
  }),
  tiers: z.array(z.array(z.string())),
});
export type PolicyTables = z.infer<typeof PolicyTablesSchema>;

/** The tables of this version (numbers: wcp.md 3.6 and policy.md). */
export const POLICY_TABLES = Object.freeze({
  floors: DEFAULT_HALL_CONFIG,
  blast: {
    base: 10,
    data_label: { PUBLIC: 0, INTERNAL: 20, RESTRICTED: 40 },
    env: { dev: 0, stage: 0, prod: 15, edge: 15 },
    qos_class: { P0: 10, P1: 0, P2: 0, P3: 0 },
    egress: 15,
    writes: 15,
    gate: { dev: null, stage: null, prod: 85, edge: 85 },
  },
  risk: {
    reversibility: { reversible: 0, "partially-reversible": 2, difficult: 3, irreversible: 5 },
    dimension_weight: 4,
    tenant_risk_raises: "high",
    lowest_tier: { low: 1, medium: 3, high: 5, critical: 7 },
  },
  tiers: [
    ["ctrl.os.worker-registry", "ctrl.os.routing-rules"],
    ["ctrl.obs.structured-logging", "ctrl.sandbox.resource-limits-strict"],
    ["ctrl.obs.audit-log-append-only", "ctrl.os.end-to-end-correlation"],
    ["ctrl.privilege-envelopes-required", "ctrl.sandbox.secrets-denied-by-default"],
    ["ctrl.pol.default-deny", "ctrl.pol.policy-versioning", "ctrl.sandbox.path-allowlists"],
    [
      "ctrl.blast-radius-scoring",
      "ctrl.sandbox.no-egress-default-deny",
      "ctrl.os.budget-and-cost-enforcement",
    ],
    ["ctrl.os.global-kill-switches", "ctrl.os.provenance-requirements", "ctrl.pol.audit-policy-decisions"],
    ["ctrl.os.policy-gate-every-step", "ctrl.sandbox.readonly-rootfs", "ctrl.sandbox.workspace-mounts-only"],
    ["ctrl.sandbox.syscall-filtering", "ctrl.obs.flight-recorder-bundle"],
  ],
} satisfies PolicyTables);

/** Controls that are present because this Hall enforces them on every call, whatever the policy says. */
export const HALL_CONTROLS: readonly string[] = [
  "ctrl.os.worker-registry",
  "ctrl.os.routing-rules",
  "ctrl.os.end-to-end-correlation",
  "ctrl.os.global-kill-switches",
  "ctrl.obs.structured-logging",
  "ctrl.obs.audit-log-append-only",
  "ctrl.pol.default-deny",
  "ctrl.pol.policy-versioning",
  "ctrl.pol.audit-policy-decisions",
  "ctrl.sandbox.resource-limits-strict",
  "ctrl.sandbox.secrets-denied-by-default",
  "ctrl.sandbox.path-allowlists",
];

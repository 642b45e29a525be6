import { DEFAULT_HALL_CONFIG } from "./config.js";

/**
 * The built-in tables that a policy document carries whole (formats.md, policy_digest; numbers: wcp.md 3.6 and
 * policy.md), so an upgrade of the engine changes nothing until an operator applies it.
 */
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
});

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

import { z } from "zod";
import type { Json } from "./canonical.js";

/** The closed vocabularies of a request (wcp.md 2.1), each in order of rising weight where it has one. */
export const ENVS = ["dev", "stage", "prod", "edge"] as const;
export const DATA_LABELS = ["PUBLIC", "INTERNAL", "RESTRICTED"] as const;
export const TENANT_RISKS = ["low", "medium", "high"] as const;
export const QOS_CLASSES = ["P0", "P1", "P2", "P3"] as const;
export const RISK_TIERS = ["low", "medium", "high", "critical"] as const;

export type Env = (typeof ENVS)[number];
export type DataLabel = (typeof DATA_LABELS)[number];
export type TenantRisk = (typeof TENANT_RISKS)[number];
export type QosClass = (typeof QOS_CLASSES)[number];
export type RiskTier = (typeof RISK_TIERS)[number];

export const EnvSchema = z.enum(ENVS);
export const DataLabelSchema = z.enum(DATA_LABELS);
export const TenantRiskSchema = z.enum(TENANT_RISKS);
export const QosClassSchema = z.enum(QOS_CLASSES);
export const RiskTierSchema = z.enum(RISK_TIERS);

/** A capability request as it reaches the decision, parsed (S003 RouteInput; wcp.md 2.2). */
export type RouteInput = {
  readonly capability_id: string;
  readonly env: Env;
  readonly data_label: DataLabel;
  readonly tenant_risk: TenantRisk;
  readonly qos_class: QosClass;
  readonly tenant_id: string;
  readonly correlation_id: string;
  readonly request: Readonly<Record<string, Json>>;
  readonly dry_run: boolean;
  readonly blast_radius?: Readonly<Record<string, Json>>;
  readonly blast_score?: number;
  readonly privilege_context?: Readonly<Record<string, Json>>;
  readonly tenant_credential?: string;
};

/** "prod" and "edge" are treated alike by every gate (wcp.md 2.1). */
export function isProduction(env: Env): boolean {
  return env === "prod" || env === "edge";
}

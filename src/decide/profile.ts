import type { TierAnswer } from "../protocol/profile.js";
import { RISK_TIERS, type RiskTier, type TenantRisk } from "../protocol/request.js";
import { POLICY_TABLES, type PolicyTables } from "../protocol/tables.js";
import { HIGH_BLAST } from "./blast.js";
import type { Case, Refusal } from "./case.js";
import { hold } from "./hold.js";
import { refuse } from "./refuse.js";

/**
 * The profile's evaluation: the worker's risk tier together with the tenant's risk, then the blast score
 * (policy.md). Without a profile there is nothing to evaluate; with one, a worker whose tier isn't known denies.
 */
export function checkProfile(c: Case): Refusal | undefined {
  if (c.profile === null) return undefined;
  return checkTier(c, c.profile.risk) ?? checkProfileBlast(c, c.profile.blast_hold_at);
}

function checkTier(c: Case, answers: Readonly<Record<RiskTier, TierAnswer>>): Refusal | undefined {
  const worker = c.skill?.worker;
  if (worker === undefined || worker === "unknown") return refuse("DENY_RISK_TIER");
  const tier = effectiveTier(worker.risk_tier, c.input.tenant_risk, c.tables);
  if (tier === undefined) return refuse("DENY_RISK_TIER");
  switch (answers[tier]) {
    case "allow":
      return undefined;
    case "hold":
      return hold(c, "DENY_REQUIRES_HUMAN_APPROVAL", `risk_tier_${tier}`, {
        policy_version: c.policyVersion,
      });
    default:
      return refuse("DENY_RISK_TIER", { reason: `risk_tier_${tier}` });
  }
}

/** A worker's tier, one step higher when the tenant's risk is high (policy.md, Risk). */
export function effectiveTier(
  declared: RiskTier,
  tenantRisk: TenantRisk,
  { risk }: PolicyTables = POLICY_TABLES,
): RiskTier | undefined {
  const step = RISK_TIERS.indexOf(declared);
  if (step < 0) return undefined;
  return tenantRisk === risk.tenant_risk_raises
    ? RISK_TIERS[Math.min(step + 1, RISK_TIERS.length - 1)]
    : declared;
}

function checkProfileBlast(c: Case, limit: number): Refusal | undefined {
  const score = c.blastScore ?? 100;
  if (score < limit) return undefined;
  return hold(c, "DENY_REQUIRES_HUMAN", HIGH_BLAST, { blast_score: score });
}

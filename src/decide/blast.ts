import { isProduction, type RouteInput } from "../protocol/request.js";
import { POLICY_TABLES, type PolicyTables } from "../protocol/tables.js";
import type { BlastRadius } from "../protocol/worker.js";
import type { Case, Refusal } from "./case.js";
import { hold } from "./hold.js";
import { ruleOf } from "./ruleOf.js";

export const HIGH_BLAST = "REQUIRE_HUMAN_HIGH_BLAST";

/** Scores the call where rule, floor or profile ask for it, and holds it above the limit of environment or rule. */
export function checkBlast(c: Case): Refusal | undefined {
  const rule = ruleOf(c);
  const { env } = c.input;
  const limit = rule.maxBlast?.[env] ?? null;
  const isFloor = isProduction(env) && c.config.enforce_blast_scoring_in_prod;
  if (!rule.scoresBlast && !isFloor && limit === null && c.profile === null) return undefined;

  const score = blastScore(c.input, radiusOf(c), c.tables);
  c.blastScore = score;
  const gate = c.tables.blast.gate[env]; // in prod and edge a human is asked from here on, whatever rule or profile say
  const isTooHigh = (gate !== null && score >= gate) || (limit !== null && score > limit);
  return isTooHigh ? hold(c, "DENY_REQUIRES_HUMAN", HIGH_BLAST, { blast_score: score }) : undefined;
}

/**
 * How much could go wrong, 0 to 100: the greatest of the heuristic, what the caller says and four times the sum of
 * the worker's five dimensions (wcp.md 3.6, policy.md). A caller can only raise it.
 */
export function blastScore(
  input: RouteInput,
  radius?: BlastRadius,
  { blast, risk }: PolicyTables = POLICY_TABLES,
): number {
  const dimensions = dimensionScore(radius, risk.dimension_weight);
  return Math.min(100, Math.max(heuristic(input, blast), input.blast_score ?? 0, dimensions));
}

function heuristic(
  { data_label, env, qos_class, request }: RouteInput,
  weights: PolicyTables["blast"],
): number {
  let score = weights.base + weights.data_label[data_label] + weights.env[env] + weights.qos_class[qos_class];
  if (request["egress"] || request["external_call"]) score += weights.egress;
  if (request["writes"] || request["mutates_state"]) score += weights.writes;
  return score;
}

function dimensionScore(radius: BlastRadius | undefined, weight: number): number {
  if (radius === undefined) return 0;
  const sum = radius.data + radius.network + radius.financial + radius.time + radius.reversibility;
  return sum >= 0 ? weight * sum : 100; // what isn't a number weighs most
}

/** The worker's dimensions, where the Hall knows the worker; one that it should know and doesn't is denied later. */
function radiusOf({ skill }: Case): BlastRadius | undefined {
  return skill === undefined || skill.worker === "unknown" ? undefined : skill.worker.blast_radius;
}

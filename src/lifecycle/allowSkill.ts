import { readHomeFile } from "../hall/home.js";
import type { Json, JsonObject } from "../protocol/canonical.js";
import { type Allowable, humanReason, type Proposal, proposeRules, withProposals } from "./allowRules.js";
import { amendPolicy } from "./amend.js";
import { LifecycleError } from "./error.js";
import { rulesOf } from "./policyChanges.js";
import { inForce, type OpenHome, type Workshop } from "./workshop.js";

/** Whether skills are allowed in env dev, and the rules that it takes or took. */
export type Allowance = {
  /** The rules that would allow it, or that were just applied; none when the rules in force do. */
  readonly rule: readonly JsonObject[];
  /** True when rules in force list the skill for every capability of its tools. */
  readonly allowed: boolean;
  /** Which of the rules ask a human, and why. */
  readonly notes: readonly string[];
};

/**
 * The rules that would allow skills in env dev; with `apply` they are shown and, when accepted, put in force on their
 * own and written to rules.json. Throws LifecycleError ENVIRONMENT_NOT_ALLOWED when asked to in another env.
 */
export async function allowSkill(
  ws: Workshop,
  parts: OpenHome,
  manifests: readonly Allowable[],
  apply: boolean,
): Promise<Allowance> {
  const { store, policy } = inForce(parts);
  const pending = rulesOf({ rules: (readHomeFile(parts.home, "rules.json") ?? {}) as Json });
  let rules = rulesOf({ rules: store.policy()?.document.rules ?? [] });
  const proposals: Proposal[] = [];
  const notes: string[] = [];
  for (const manifest of manifests) {
    const found = proposeRules(manifest, policy.config, rules, pending);
    rules = withProposals(rules, found);
    proposals.push(...found);
    notes.push(...found.flatMap(({ rule }) => noteOn(rule, manifest)));
  }
  const rule = proposals.map((proposal) => proposal.rule);
  if (proposals.length === 0) return { rule, allowed: policy.config.env === "dev", notes };
  if (!apply) return { rule, allowed: false, notes };
  if (policy.config.env !== "dev") {
    throw new LifecycleError(
      "ENVIRONMENT_NOT_ALLOWED",
      `This home is ${policy.config.env}, and the Hall itself proposes rules for dev only.`,
      "Write the rule into rules.json yourself and run: hall apply",
    );
  }
  const { accepted } = await amendPolicy(ws, parts, {
    file: "rules.json",
    question: `Allow ${manifests.map(({ namespace, name }) => `${namespace}/${name}`).join(", ")} in env dev?`,
    reason: "allow dev",
    edit: (list) => withProposals(list, proposals),
  });
  return { rule, allowed: accepted, notes };
}

function noteOn(rule: JsonObject, manifest: Allowable): readonly string[] {
  const { match, decision } = rule as { match?: JsonObject; decision?: { escalation?: JsonObject } };
  const capability = match?.["capability_id"];
  if (typeof capability !== "string" || decision?.escalation?.["human_required_default"] !== true) return [];
  const reason = humanReason(capability, manifest);
  return [
    `${String(rule["rule_id"])}: a person must approve each call of ${capability}${reason === undefined ? "" : `, because ${reason}`}`,
  ];
}

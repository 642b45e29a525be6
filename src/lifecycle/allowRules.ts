import { compileRules, type Rule, ruleFor } from "../decide/rules.js";
import { canonicalJson, type Json, type JsonObject } from "../protocol/canonical.js";
import { catalogEntity } from "../protocol/catalog.js";
import type { HomeConfig } from "../protocol/config.js";
import type { SkillManifest } from "../protocol/skill.js";

/** A rule that would let a skill serve one capability in env dev, and whether it replaces one that is there. */
export type Proposal = {
  readonly rule: JsonObject;
  /** A rule with this id already decides about the capability, and must only learn of this skill's worker. */
  readonly replaces: string | null;
};

/**
 * The rules that would allow a skill in env dev, one for each capability of its tools. A capability whose rule in force
 * lists the skill's worker already needs none. Writing, deleting, sending, signing and whatever the catalogue calls
 * risky is suggested with a human's yes.
 */
export function proposeRules(
  manifest: SkillManifest,
  config: Pick<HomeConfig, "caller">,
  rules: readonly JsonObject[],
): readonly Proposal[] {
  const inForce = compileRules(rules);
  const taken = new Set(rules.map((rule) => rule["rule_id"]));
  return capabilitiesOf(manifest).flatMap((capability_id) => {
    const matching = ruleFor(inForce, { ...config.caller, env: "dev", capability_id });
    if (matching !== undefined && lists(matching, manifest.worker.species)) return [];
    const source = rules.find(({ rule_id }) => rule_id === matching?.rule_id);
    if (source !== undefined) return [{ rule: withWorker(source, manifest), replaces: matching?.rule_id ?? null }];
    const rule = newRule(manifest, capability_id, taken);
    taken.add(rule["rule_id"]);
    return [{ rule, replaces: null }];
  });
}

/** The same rules with the proposals in them: replaced in their place, new ones last. Proposing again changes nothing. */
export function withProposals(rules: readonly JsonObject[], proposals: readonly Proposal[]): readonly JsonObject[] {
  let next = rules;
  for (const { rule } of proposals) {
    const at = next.findIndex(({ rule_id }) => rule_id === rule["rule_id"]);
    if (at < 0) next = [...next, rule];
    else if (canonicalJson(next[at]) !== canonicalJson(rule)) next = next.with(at, rule);
  }
  return next;
}

/** Why a suggested rule asks for a human, or undefined when it doesn't (policy.md, Risk). */
export function humanReason(capability_id: string, manifest: Pick<SkillManifest, "risk_tier">): string | undefined {
  const verb = verbOf(capability_id);
  if (ACTS.has(verb.split("-")[0] ?? "")) return `it can ${verb.replaceAll("-", " ")}`;
  const risk = [catalogEntity(capability_id)?.risk_tier, manifest.risk_tier].find((tier) => tier === "high" || tier === "critical");
  return risk && `its risk is ${risk}`;
}

const ACTS: ReadonlySet<string> = new Set(["write", "delete", "send", "sign"]);

function newRule(manifest: SkillManifest, capability_id: string, taken: ReadonlySet<unknown>): JsonObject {
  const human = humanReason(capability_id, manifest);
  return {
    rule_id: freeId(`rr_${manifest.name}_${verbOf(capability_id)}_dev`.replaceAll("-", "_"), taken),
    match: { capability_id, env: "dev" },
    decision: {
      candidate_workers_ranked: [{ worker_species_id: manifest.worker.species, score_hint: 1 }],
      required_controls_suggested: ["ctrl.obs.audit-log-append-only"],
      escalation: { policy_gate: false, human_required_default: human !== undefined },
    },
  };
}

function withWorker(rule: JsonObject, { worker }: SkillManifest): JsonObject {
  const decision = (rule["decision"] ?? {}) as JsonObject;
  const ranked = (decision["candidate_workers_ranked"] ?? []) as readonly Json[];
  const candidate = { worker_species_id: worker.species, score_hint: 1 };
  return { ...rule, decision: { ...decision, candidate_workers_ranked: [...ranked, candidate] } };
}

function freeId(stem: string, taken: ReadonlySet<unknown>): string {
  for (let n = 1; ; n++) {
    const id = `${stem}_${String(n).padStart(3, "0")}`;
    if (!taken.has(id)) return id;
  }
}

function lists(rule: Rule, species: string): boolean {
  return rule.candidates.some(({ worker_species_id }) => worker_species_id === species);
}

function capabilitiesOf({ tools }: SkillManifest): readonly string[] {
  return [...new Set(tools.map(({ capability }) => capability))];
}

function verbOf(capability_id: string): string {
  return capability_id.slice(capability_id.lastIndexOf(".") + 1);
}

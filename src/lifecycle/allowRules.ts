import { compileRules, type Rule, ruleFor } from "../decide/rules.js";
import { canonicalJson, type JsonObject } from "../protocol/canonical.js";
import { catalogEntity } from "../protocol/catalog.js";
import type { HomeConfig } from "../protocol/config.js";
import type { SkillManifest } from "../protocol/skill.js";

/** What of a skill, or of a foreign server's tools, a rule speaks of. */
export type Allowable = Pick<SkillManifest, "namespace" | "name" | "risk_tier"> & {
  readonly worker: Pick<SkillManifest["worker"], "species">;
  readonly tools: readonly Pick<SkillManifest["tools"][number], "capability">[];
};

/** A rule that would let a skill serve one capability in env dev. */
export type Proposal = {
  readonly rule: JsonObject;
  /** A rule with this id decides about the capability already, and need only learn of this worker. */
  readonly extends: { readonly rule_id: string; readonly worker: string } | null;
};

/**
 * The rules that would allow a skill in env dev, one for each capability of its tools. A capability whose rule in force
 * lists the skill's worker already needs none. Writing, deleting, sending, signing and whatever the catalogue calls
 * risky is suggested with a human's yes. `pending` are the rules of the file: their ids are taken, and one that says
 * the same already is the one proposed.
 */
export function proposeRules(
  manifest: Allowable,
  config: Pick<HomeConfig, "caller">,
  rules: readonly JsonObject[],
  pending: readonly JsonObject[] = [],
): readonly Proposal[] {
  const inForce = compileRules(rules);
  const worker = manifest.worker.species;
  const taken = new Set([...rules, ...pending].map((rule) => rule["rule_id"]));
  return capabilitiesOf(manifest).flatMap((capability_id): readonly Proposal[] => {
    const matching = ruleFor(inForce, { ...config.caller, env: "dev", capability_id });
    if (matching !== undefined && lists(matching, worker)) return [];
    const source = rules.find(({ rule_id }) => rule_id === matching?.rule_id);
    if (matching !== undefined && source !== undefined) {
      return [{ rule: withWorker(source, worker), extends: { rule_id: matching.rule_id, worker } }];
    }
    const rule = newRule(manifest, capability_id, taken);
    const same = pending.find(
      (other) => saysTheSame(other, rule) && !rules.some(({ rule_id }) => rule_id === other["rule_id"]),
    );
    taken.add((same ?? rule)["rule_id"]);
    return [{ rule: same ?? rule, extends: null }];
  });
}

/** Rules with the proposals made to them: a worker added where a rule is there, new rules last. Doing it twice is once. */
export function withProposals(
  rules: readonly JsonObject[],
  proposals: readonly Proposal[],
): readonly JsonObject[] {
  let next = rules;
  for (const { rule, extends: extended } of proposals) {
    const at = next.findIndex(({ rule_id }) => rule_id === rule["rule_id"]);
    const there = next[at];
    if (there === undefined) next = [...next, rule];
    else if (extended !== null) next = next.with(at, withWorker(there, extended.worker));
  }
  return next;
}

/** Why a suggested rule asks for a human, or undefined when it doesn't (policy.md, Risk). */
export function humanReason(
  capability_id: string,
  manifest: Pick<SkillManifest, "risk_tier">,
): string | undefined {
  const verb = verbOf(capability_id);
  if (ACTS.has(verb.split("-")[0] ?? "")) return `it can ${verb.replaceAll("-", " ")}`;
  const risk = [catalogEntity(capability_id)?.risk_tier, manifest.risk_tier].find(
    (tier) => tier === "high" || tier === "critical",
  );
  return risk && `its risk is ${risk}`;
}

const ACTS: ReadonlySet<string> = new Set(["write", "delete", "send", "sign"]);

function newRule(manifest: Allowable, capability_id: string, taken: ReadonlySet<unknown>): JsonObject {
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

function withWorker(rule: JsonObject, species: string): JsonObject {
  const decision = (rule["decision"] ?? {}) as JsonObject;
  const ranked = (decision["candidate_workers_ranked"] ?? []) as readonly JsonObject[];
  if (ranked.some(({ worker_species_id }) => worker_species_id === species)) return rule;
  const candidate = { worker_species_id: species, score_hint: 1 };
  return { ...rule, decision: { ...decision, candidate_workers_ranked: [...ranked, candidate] } };
}

function saysTheSame({ rule_id: _, ...a }: JsonObject, { rule_id: __, ...b }: JsonObject): boolean {
  return canonicalJson(a) === canonicalJson(b);
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

function capabilitiesOf({ tools }: Allowable): readonly string[] {
  return [...new Set(tools.map(({ capability }) => capability))];
}

function verbOf(capability_id: string): string {
  return capability_id.slice(capability_id.lastIndexOf(".") + 1);
}

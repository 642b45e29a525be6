import { ruleFor } from "../decide/rules.js";
import type { Policy } from "../hall/policy.js";
import type { SkillManifest } from "../protocol/skill.js";

/** What the rules in force say of one tool, for this home's own callers. */
export type Ruled = {
  readonly tool: string;
  readonly capability: string;
  /** The first rule that matches; null when none does, and then the tool is in nobody's list. */
  readonly rule_id: string | null;
  /** Whether that rule lists the skill's worker: only then can a call run. */
  readonly serves: boolean;
  /** Whether it asks a person about each call. */
  readonly human: boolean;
};

/** What of a skill, or of foreign tools, rules are asked about. */
export type Ruleable = {
  readonly tools: readonly Pick<SkillManifest["tools"][number], "name" | "capability">[];
  readonly worker: Pick<SkillManifest["worker"], "species">;
};

/** The rule in force for each tool of a skill, whether the skill is installed or about to be. */
export function whichRule(
  { config, rules }: Pick<Policy, "config" | "rules">,
  { tools, worker }: Ruleable,
): readonly Ruled[] {
  return tools.map(({ name, capability }) => {
    const rule = ruleFor(rules, { ...config.caller, env: config.env, capability_id: capability });
    const serves = rule?.candidates.some((one) => one.worker_species_id === worker.species) ?? false;
    const human = rule?.escalation.human_required_default ?? false;
    return { tool: name, capability, rule_id: rule?.rule_id ?? null, serves, human };
  });
}

/** A line for each tool that may be called as soon as the skill is installed, for whoever decides on installing it. */
export function alreadyAllowed(ruled: readonly Ruled[]): readonly string[] {
  return ruled
    .filter(({ serves }) => serves)
    .map(
      ({ rule_id, tool, capability, human }) =>
        `rule ${rule_id} in force already allows ${tool} (${capability})${human ? ", once a person has approved the call" : ""}`,
    );
}

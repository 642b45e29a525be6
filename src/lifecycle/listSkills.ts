import { parseSkillJson } from "../compile/skillJson.js";
import type { Policy } from "../hall/policy.js";
import { canonicalBytes } from "../protocol/canonical.js";
import type { Adapter, StandingState } from "../protocol/standing.js";
import type { Install } from "../records/installs.js";
import type { StandingEntry } from "../records/standing.js";
import type { Store } from "../records/store.js";
import { toolNamesOf } from "./admit.js";
import { isInstalled } from "./standing.js";
import { type Ruled, whichRule } from "./whichRule.js";
import { type Workshop, withHome } from "./workshop.js";

/** An installed skill and whether it may run. */
export type ListedSkill = Pick<Install, "skill_id" | "version" | "artifact_digest" | "signer" | "dev"> & {
  readonly state: Exclude<StandingState, "unknown">;
  /** The platforms on which it is degraded. */
  readonly degraded_on: readonly Adapter[];
  readonly tools: readonly string[];
  /** What the rules in force say of each tool; none under a policy that can't be read. */
  readonly rules: readonly Ruled[];
};

/** Something said of a skill that isn't installed: it holds as soon as the skill is. */
export type StrayOrder = Pick<StandingEntry, "subject" | "state" | "adapter" | "scope" | "record_id">;

/** The installed skills in order of their ids; none before the first apply. */
export function listSkills(ws: Workshop): Promise<readonly ListedSkill[]> {
  return withHome(ws, async (parts) => {
    const store = parts.ledger.current();
    const policy = readable(parts.policy);
    return store === null ? [] : store.installs().map((install) => listed(store, policy, install));
  });
}

/** The orders in force about skills, or versions of them, that aren't installed here, in the order in which they were given. */
export function listStrayOrders(ws: Workshop): Promise<readonly StrayOrder[]> {
  return withHome(ws, async ({ ledger }) => {
    const store = ledger.current();
    const orders = store?.allStanding() ?? [];
    return orders.filter(
      ({ subject }) => subject.startsWith("skill:") && !(store !== null && isInstalled(store, subject)),
    );
  });
}

/** A policy that this version can't obey is shown by other commands; what is installed can be listed all the same. */
function readable(policy: () => Policy | null): Policy | null {
  try {
    return policy();
  } catch {
    return null;
  }
}

function rulesFor(policy: Policy | null, { skill }: Install): readonly Ruled[] {
  if (policy === null) return [];
  try {
    return whichRule(policy, parseSkillJson(canonicalBytes(skill)).manifest);
  } catch {
    return []; // installed by a version that read it otherwise: its calls say so
  }
}

function listed(store: Store, policy: Policy | null, install: Install): ListedSkill {
  const { skill_id, version, artifact_digest, signer, dev } = install;
  const subjects = [
    `skill:${skill_id}`,
    `skill:${skill_id}@${version}`,
    `hash:${artifact_digest}`,
    `worker:${install.worker_id}`,
    `publisher:${signer}`,
  ];
  const entries = [...store.standing(subjects).values()].flat();
  const states = entries.filter(({ adapter }) => adapter === null).map(({ state }) => state);
  const degraded_on = entries.flatMap(({ adapter }) => adapter ?? []);
  const state = states.includes("banned")
    ? "banned"
    : (states[0] ?? (degraded_on.length > 0 ? "degraded" : "active"));
  const tools = toolNamesOf(install);
  const rules = rulesFor(policy, install);
  return { skill_id, version, artifact_digest, signer, state, degraded_on, tools, rules, dev };
}

import type { Adapter, StandingState } from "../protocol/standing.js";
import type { Install } from "../records/installs.js";
import type { Store } from "../records/store.js";
import { toolNamesOf } from "./admit.js";
import { type Workshop, withHome } from "./workshop.js";

/** An installed skill and whether it may run. */
export type ListedSkill = Pick<Install, "skill_id" | "version" | "artifact_digest" | "signer" | "dev"> & {
  readonly state: Exclude<StandingState, "unknown">;
  /** The platforms on which it is degraded. */
  readonly degraded_on: readonly Adapter[];
  readonly tools: readonly string[];
};

/** The installed skills in order of their ids; none before the first apply. */
export function listSkills(ws: Workshop): Promise<readonly ListedSkill[]> {
  return withHome(ws, async ({ ledger }) => {
    const store = ledger.current();
    return store === null ? [] : store.installs().map((install) => listed(store, install));
  });
}

function listed(store: Store, install: Install): ListedSkill {
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
  return { skill_id, version, artifact_digest, signer, state, degraded_on, tools: toolNamesOf(install), dev };
}

import type { Enforcement, SkillFacts } from "../protocol/facts.js";
import type { Case, Refusal } from "./case.js";
import { refuse } from "./refuse.js";

const LEVELS: readonly Enforcement[] = ["enforced", "partial", "none"];

/**
 * Where the profile requires it, all that the worker's envelope and limits restrict is enforced by the way it will
 * run; else what isn't is recorded (hall.md, Containment). Files, processes and memory are always restricted: no
 * envelope can leave them open, so code that the host holds, of which nothing is enforced, never passes here.
 */
export function checkContainment({ containment, worker }: SkillFacts, c: Case): Refusal | undefined {
  if (typeof containment !== "object" || containment === null) return refuse("DENY_CONTAINMENT_UNAVAILABLE");
  const { network, files, processes, memory } = containment;
  const isKnown = [network, files, processes, memory].every((enforcement) => LEVELS.includes(enforcement));
  if (!isKnown) return refuse("DENY_CONTAINMENT_UNAVAILABLE");
  if (c.profile === null || c.profile.containment === "recorded") return undefined;
  const isOpen = worker !== "unknown" && worker.privilege_envelope.network_egress === "broad";
  const restricted = isOpen ? [files, processes, memory] : [network, files, processes, memory];
  const isEnforced = restricted.every((enforcement) => enforcement === "enforced");
  return isEnforced ? undefined : refuse("DENY_CONTAINMENT_UNAVAILABLE");
}

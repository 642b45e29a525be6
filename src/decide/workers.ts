import type { CandidateWorker } from "../protocol/decision.js";
import type { Facts, SkillFacts } from "../protocol/facts.js";
import type { Case, Refusal } from "./case.js";
import { missingControls } from "./controls.js";
import { refuse } from "./refuse.js";
import type { Candidate } from "./rule.js";
import { ruleOf } from "./ruleOf.js";

/** What stands for the species of a candidate that names none (wcp.md 2.4). */
const MISSING = "__missing__";

/** The first available candidate, in the rule's order, is the one that is judged from here on (wcp.md 3.8). */
export function checkWorkers(c: Case): Refusal | undefined {
  const { candidates } = ruleOf(c);
  c.candidates = Object.freeze(
    candidates.map((candidate) => {
      const skipped = c.selected === null ? whySkipped(candidate, c.facts) : "already_selected";
      if (skipped === null) c.selected = candidate.worker_species_id;
      return ranked(candidate, skipped);
    }),
  );
  return c.selected === null ? refuse("DENY_NO_AVAILABLE_WORKER") : undefined;
}

/** Only a plain true is available: a promise, for one, is not. */
function whySkipped({ worker_species_id: species }: Candidate, facts: Facts): string | null {
  if (species === null) return "missing_id";
  try {
    return facts.available(species) === true ? null : "unavailable";
  } catch {
    return "availability_check_failed";
  }
}

function ranked({ worker_species_id, score_hint }: Candidate, skip_reason: string | null): CandidateWorker {
  return Object.freeze({
    worker_species_id: worker_species_id ?? MISSING,
    score_hint,
    requires_controls_minimum: null,
    skip_reason,
  });
}

/**
 * The selected worker is the called skill's own, serves the capability, may run in this environment, and has the
 * controls that it asks for itself: its own claims count for it alone (policy.md; wcp.md 12, 42).
 */
export function checkWorkerFits({ worker }: SkillFacts, c: Case): Refusal | undefined {
  if (typeof worker !== "object" || worker === null) return refuse("DENY_NO_AVAILABLE_WORKER");
  const isIts =
    worker.worker_species_id === c.selected && worker.capabilities.includes(c.input.capability_id);
  if (!isIts) return refuse("DENY_NO_AVAILABLE_WORKER");
  if (!worker.allowed_environments.includes(c.input.env)) return refuse("DENY_ENVIRONMENT_NOT_ALLOWED");
  if (worker.required_controls.length === 0) return undefined;
  const present = [...worker.currently_implements, ...c.facts.controls];
  const missing = missingControls(worker.required_controls, present);
  return missing.length === 0 ? undefined : refuse("DENY_CONTROL_MISSING", { missing });
}

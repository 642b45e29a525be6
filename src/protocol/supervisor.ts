/**
 * How much a person's answer weighs, least first (WCP 5.8). An advisory yes is kept and counts nothing; a no of any
 * level ends the hold.
 */
export const SUPERVISOR_LEVELS = ["advisory", "gatekeeper", "executor", "incident_commander"] as const;
export type SupervisorLevel = (typeof SUPERVISOR_LEVELS)[number];

/** The lowest level that counts, and the one of an approver of whom nothing is said. */
export const GATEKEEPER: SupervisorLevel = "gatekeeper";

/** The highest one. */
export const INCIDENT_COMMANDER: SupervisorLevel = "incident_commander";

export function isSupervisorLevel(value: unknown): value is SupervisorLevel {
  return SUPERVISOR_LEVELS.includes(value as SupervisorLevel);
}

/** Whether an answer of this level counts where that one is asked for. */
export function isAtLeast(level: SupervisorLevel, asked: SupervisorLevel): boolean {
  return SUPERVISOR_LEVELS.indexOf(level) >= SUPERVISOR_LEVELS.indexOf(asked);
}

/** The next level up; nobody stands above the incident commander. */
export function levelAbove(level: SupervisorLevel): SupervisorLevel {
  return SUPERVISOR_LEVELS[SUPERVISOR_LEVELS.indexOf(level) + 1] ?? INCIDENT_COMMANDER;
}

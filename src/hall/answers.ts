import type { Json } from "../protocol/canonical.js";
import type { Containment, InputProblem, SkillFacts } from "../protocol/facts.js";
import { ATTEST_CODES } from "../protocol/package.js";
import type { StoreState } from "../records/view.js";
import type { HeldApproval } from "./approval.js";
import type { Policy } from "./policy.js";
import type { HeldArtifact } from "./skills.js";
import type { GovernedTool } from "./tool.js";

/*
 * Readers of what the outside answered. Each gives the answer back if it has the promised shape, and throws if not:
 * an answer is never taken on trust, and a half answer is none.
 */

type Standing = Exclude<SkillFacts["standing"], "unknown">;
type Attestation = Exclude<SkillFacts["attestation"], "unknown">;
type Definition = Exclude<SkillFacts["definition"], "unknown">;
type Certificate = Exclude<SkillFacts["certificate"], "unknown">;

const STATES: readonly unknown[] = ["active", "revoked", "banned", "degraded", "unknown"];
const SUBJECTS = ["skill", "version", "worker", "adapter", "hash", "publisher"] as const;
const TOOL_TEXTS = ["name", "title", "capability_id", "skill_id", "namespace"] as const;
const DEFINITIONS: readonly unknown[] = ["own", "accepted", "changed", "unaccepted"];
const CERTIFICATES: readonly unknown[] = ["valid", "missing", "invalid", "expired"];
const ENFORCED: readonly unknown[] = ["enforced", "partial", "none"];
const CONTAINED = ["network", "files", "processes", "memory", "signals"] as const;
const APPROVALS: readonly unknown[] = ["pending", "granted", "refused", "expired"];

/** Milliseconds since the epoch, within the years that a timestamp can spell. */
export function readTime(answer: unknown): number {
  if (typeof answer !== "number" || !(answer >= 0 && answer <= 253_402_300_799_999)) return refuse();
  return Math.trunc(answer);
}

export function readLedger(answer: unknown): StoreState {
  const state = members<StoreState>(answer);
  const dated = state.at === null || typeof state.at === "string";
  return dated && Number.isSafeInteger(state.epoch) && (state.clock === "ok" || state.clock === "behind")
    ? state
    : refuse();
}

export function readPolicy(answer: unknown): Policy | null {
  if (answer === null) return null;
  const policy = members<Policy>(answer);
  return typeof policy.digest === "string" && isObject(policy.config) && isObject(policy.rules)
    ? policy
    : refuse();
}

export function readTool(answer: unknown): GovernedTool | null {
  if (answer === undefined) return null;
  const tool = members<GovernedTool>(answer);
  const isWhole = isObject(tool.worker) && TOOL_TEXTS.every((name) => typeof tool[name] === "string");
  return isWhole ? tool : refuse();
}

export function readHeld(answer: unknown): HeldArtifact {
  const held = members<HeldArtifact>(answer);
  return typeof held.artifact_digest === "string" && held.handlers instanceof Map ? held : refuse();
}

export function readStanding(answer: unknown): Standing {
  const standing = members<Standing>(answer);
  return SUBJECTS.every((subject) => STATES.includes(standing[subject])) ? standing : refuse();
}

export function readDefinition(answer: unknown): Definition {
  return DEFINITIONS.includes(answer) ? (answer as Definition) : refuse();
}

export function readCertificate(answer: unknown): Certificate {
  return CERTIFICATES.includes(answer) ? (answer as Certificate) : refuse();
}

export function readAttestation(answer: unknown): Attestation {
  const attestation = members<{ ok: unknown; code?: unknown }>(answer);
  if (attestation.ok === true) return { ok: true };
  const code = ATTEST_CODES.find((known) => known === attestation.code);
  return attestation.ok === false && code !== undefined ? { ok: false, code } : refuse();
}

export function readProblems(answer: unknown): { ok: boolean; problems: readonly InputProblem[] } {
  const result = members<{ ok: unknown; problems?: unknown }>(answer);
  if (result.ok === true) return { ok: true, problems: [] };
  if (result.ok !== false || !Array.isArray(result.problems)) return refuse();
  return { ok: false, problems: result.problems as readonly InputProblem[] };
}

export function readContainment(answer: unknown): Containment {
  const containment = members<Containment>(answer);
  return CONTAINED.every((what) => ENFORCED.includes(containment[what])) ? containment : refuse();
}

export function readApproval(answer: unknown): HeldApproval | null {
  if (answer === null) return null;
  const approval = members<HeldApproval>(answer);
  const whole =
    APPROVALS.includes(approval.state) && isObject(approval.request) && approval.salt instanceof Uint8Array;
  return whole ? approval : refuse();
}

/** A policy gate's answer as JSON; what has no JSON is no answer. */
export function readJson(answer: unknown): Json {
  const text = JSON.stringify(answer);
  return text === undefined ? refuse() : (JSON.parse(text) as Json);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function members<T>(answer: unknown): Partial<Record<keyof T, unknown>> & T {
  return isObject(answer) ? (answer as T) : refuse();
}

function refuse(): never {
  throw new TypeError("not the promised answer");
}

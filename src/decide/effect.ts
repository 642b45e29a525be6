import { canonicalJson, deepFreeze, type Json } from "../protocol/canonical.js";
import type { DenyCode } from "../protocol/deny.js";
import { canonicalControl } from "../protocol/ids.js";
import { ENVS, type Env } from "../protocol/request.js";
import {
  type ApprovalNeed,
  DEFAULT_ESCALATION,
  DEFAULT_PRECONDITIONS,
  type Escalation,
  type Preconditions,
} from "../protocol/rule.js";

export const BLAST_CONTROL = "ctrl.blast-radius-scoring";
export const PRIVILEGE_CONTROL = "ctrl.privilege-envelopes-required";

export type Candidate = { readonly worker_species_id: string | null; readonly score_hint: number | null };

/** What a rule decides, read once into a form of our own: nothing in it is shared with what was read. */
export type Effect = {
  readonly candidates: readonly Candidate[];
  /** As the rule spells them, each once, sorted. */
  readonly controls: readonly string[];
  readonly profiles: readonly Json[];
  readonly escalation: Escalation;
  readonly preconditions: Preconditions;
  readonly approval: ApprovalNeed;
  /** The highest blast score that needs no human, by environment; null where the rule sets none. */
  readonly maxBlast: Readonly<Record<Env, number | null>> | null;
  readonly scoresBlast: boolean;
  readonly checksPrivilege: boolean;
  /** A matched rule that can't be obeyed whole denies with this. */
  readonly flaw: DenyCode | null;
};

/** One signed approval: what silence means (hall.md, Approvals). */
const APPROVE_ONCE: ApprovalNeed = Object.freeze({ mode: "approve", needed: 1 });
const CONFIRM: ApprovalNeed = Object.freeze({ mode: "confirm", needed: 1 });
const NOTHING: readonly never[] = Object.freeze([]);

const EMPTY: Effect = Object.freeze({
  candidates: NOTHING,
  controls: NOTHING,
  profiles: NOTHING,
  escalation: DEFAULT_ESCALATION,
  preconditions: DEFAULT_PRECONDITIONS,
  approval: APPROVE_ONCE,
  maxBlast: null,
  scoresBlast: false,
  checksPrivilege: false,
  flaw: null,
});
const UNREADABLE: Effect = Object.freeze({ ...EMPTY, flaw: "DENY_POLICY_UNAVAILABLE" });

class Unreadable extends Error {}

/** The effect of a rule's `decision`. One that can't be read is an effect that denies; never throws. */
export function effectOf(decision: unknown): Effect {
  if (decision === undefined) return EMPTY;
  try {
    return readEffect(record(decision));
  } catch {
    return UNREADABLE;
  }
}

function readEffect(decision: Readonly<Record<string, unknown>>): Effect {
  const { escalation, approval } = readEscalation(decision["escalation"]);
  const preconditions = readPreconditions(decision["preconditions"]);
  const controls = readControls(decision["required_controls_suggested"]);
  const spelled = controls.map(canonicalControl);
  return Object.freeze({
    candidates: readCandidates(decision["candidate_workers_ranked"]),
    controls,
    profiles: readList(decision["recommended_profiles"], jsonCopy),
    escalation,
    preconditions,
    approval,
    maxBlast: readMaxBlast(decision["max_blast_score"]),
    scoresBlast: spelled.includes(BLAST_CONTROL),
    checksPrivilege: spelled.includes(PRIVILEGE_CONTROL),
    flaw: isBeyondThisEngine(escalation, preconditions) ? "DENY_INTERNAL_ERROR" : null,
  });
}

/** Conditions that this engine doesn't evaluate: a rule that states one denies rather than being obeyed in part. */
function isBeyondThisEngine(escalation: Escalation, preconditions: Preconditions): boolean {
  return (
    escalation.human_required_if.length > 0 ||
    escalation.msavx_step_up ||
    preconditions.deny_if_unsigned_artifact_in_prod ||
    preconditions.deny_if_no_attestation_in_prod
  );
}

function readCandidates(value: unknown): readonly Candidate[] {
  return readList(value, (item) => {
    const { worker_species_id: species = null, score_hint: score = null } = record(item);
    if (species !== null && !isText(species)) throw new Unreadable();
    if (score !== null && !Number.isFinite(score)) throw new Unreadable();
    return Object.freeze({ worker_species_id: species, score_hint: score as number | null });
  });
}

function readControls(value: unknown): readonly string[] {
  const controls = readList(value, text);
  return controls.length < 2 ? controls : Object.freeze([...new Set(controls)].sort());
}

function readEscalation(value: unknown): { escalation: Escalation; approval: ApprovalNeed } {
  if (value === undefined) return EMPTY;
  const source = record(value);
  const flags = {
    policy_gate: flag(source["policy_gate"], false),
    msavx_step_up: flag(source["msavx_step_up"], false),
    human_required_default: flag(source["human_required_default"], false),
  };
  const conditions = readList(source["human_required_if"], (item) => jsonCopy(record(item)));
  const rationale = source["rationale"] ?? null;
  const escalation: Escalation = Object.freeze({
    ...flags,
    human_required_if: conditions,
    rationale: rationale === null ? null : text(rationale),
  });
  return { escalation, approval: readApproval(source["approval"]) };
}

function readApproval(value: unknown): ApprovalNeed {
  if (value === undefined || value === "approve") return APPROVE_ONCE;
  if (value === "confirm") return CONFIRM;
  const needed = record(value)["approve"];
  if (!Number.isSafeInteger(needed) || (needed as number) < 1) throw new Unreadable();
  return Object.freeze({ mode: "approve", needed: needed as number });
}

function readPreconditions(value: unknown): Preconditions {
  if (value === undefined) return DEFAULT_PRECONDITIONS;
  const source = record(value);
  const read = (name: keyof Preconditions): boolean => flag(source[name], DEFAULT_PRECONDITIONS[name]);
  return Object.freeze({
    must_have_correlation_id: read("must_have_correlation_id"),
    must_attach_policy_version: read("must_attach_policy_version"),
    must_record_artifact_hash_if_executes: read("must_record_artifact_hash_if_executes"),
    deny_if_missing_required_controls: read("deny_if_missing_required_controls"),
    deny_if_unsigned_artifact_in_prod: read("deny_if_unsigned_artifact_in_prod"),
    deny_if_no_attestation_in_prod: read("deny_if_no_attestation_in_prod"),
  });
}

function readMaxBlast(value: unknown): Effect["maxBlast"] {
  if (value === undefined) return null;
  const limit = (score: unknown): number | null => {
    if (score === undefined) return null;
    if (typeof score !== "number" || !(score >= 0 && score <= 100)) throw new Unreadable();
    return score;
  };
  if (typeof value === "number") {
    const all = limit(value);
    return Object.freeze({ dev: all, stage: all, prod: all, edge: all });
  }
  const source = record(value);
  if (Object.keys(source).some((name) => !ENVS.includes(name as Env))) throw new Unreadable();
  const { dev, stage, prod, edge } = source;
  return Object.freeze({ dev: limit(dev), stage: limit(stage), prod: limit(prod), edge: limit(edge) });
}

function readList<T>(value: unknown, read: (item: unknown) => T): readonly T[] {
  if (value === undefined) return NOTHING;
  if (!Array.isArray(value)) throw new Unreadable();
  return value.length === 0 ? NOTHING : Object.freeze(Array.from(value, read));
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Unreadable();
  return value as Readonly<Record<string, unknown>>;
}

function flag(value: unknown, silent: boolean): boolean {
  if (value === undefined) return silent;
  if (typeof value !== "boolean") throw new Unreadable();
  return value;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed();
}

function text(value: unknown): string {
  if (!isText(value)) throw new Unreadable();
  return value;
}

function jsonCopy(value: unknown): Json {
  return deepFreeze(JSON.parse(canonicalJson(value)) as Json);
}

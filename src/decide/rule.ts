import { canonicalJson, deepFreeze, type Json } from "../protocol/canonical.js";
import type { DenyCode } from "../protocol/deny.js";
import { canonicalControl } from "../protocol/ids.js";
import { ENVS, type Env } from "../protocol/request.js";
import {
  type ApprovalNeed,
  approvalNeedFrom,
  DEFAULT_ESCALATION,
  DEFAULT_PRECONDITIONS,
  type Escalation,
  type Preconditions,
} from "../protocol/rule.js";

export const BLAST_CONTROL = "ctrl.blast-radius-scoring";
export const PRIVILEGE_CONTROL = "ctrl.privilege-envelopes-required";

export type Candidate = { readonly worker_species_id: string | null; readonly score_hint: number | null };

/** A rule as it is obeyed: frozen, read once, and sharing nothing with what it was read from. */
export type Rule = {
  readonly rule_id: string;
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

const NOTHING: readonly never[] = Object.freeze([]);

type Members = Readonly<Record<string, unknown>>;

class Unreadable extends Error {}

/** A rule from its id and its `decision`. One whose decision can't be read denies when it matches; never throws. */
export function ruleFrom(rule_id: string, decision: unknown): Rule {
  try {
    return readRule(rule_id, decision === undefined ? {} : record(decision));
  } catch {
    return Object.freeze({ ...readRule(rule_id, {}), flaw: "DENY_POLICY_UNAVAILABLE" });
  }
}

function readRule(rule_id: string, decision: Members): Rule {
  const controls = readControls(decision["required_controls_suggested"]);
  const escalation = readEscalation(decision["escalation"]);
  const preconditions = readPreconditions(decision["preconditions"]);
  return Object.freeze({
    rule_id,
    candidates: readList(decision["candidate_workers_ranked"], readCandidate),
    controls,
    profiles: readList(decision["recommended_profiles"], jsonCopy),
    escalation,
    preconditions,
    approval: readApproval(decision["escalation"]),
    maxBlast: readMaxBlast(decision["max_blast_score"]),
    scoresBlast: controls.some((control) => canonicalControl(control) === BLAST_CONTROL),
    checksPrivilege: controls.some((control) => canonicalControl(control) === PRIVILEGE_CONTROL),
    flaw: isBeyondThisEngine(decision, escalation, preconditions) ? "DENY_INTERNAL_ERROR" : null,
  });
}

/** Conditions that this engine doesn't evaluate: a rule that states one denies rather than being obeyed in part. */
function isBeyondThisEngine(
  decision: Members,
  escalation: Escalation,
  preconditions: Preconditions,
): boolean {
  return (
    decision["max_chain_blast"] !== undefined ||
    escalation.human_required_if.length > 0 ||
    escalation.msavx_step_up ||
    preconditions.deny_if_unsigned_artifact_in_prod ||
    preconditions.deny_if_no_attestation_in_prod
  );
}

function readCandidate(item: unknown): Candidate {
  const { worker_species_id: species = null, score_hint: score = null } = record(item);
  if (species !== null && !isText(species)) throw new Unreadable();
  if (score !== null && !Number.isFinite(score)) throw new Unreadable();
  return Object.freeze({ worker_species_id: species, score_hint: score as number | null });
}

function readControls(value: unknown): readonly string[] {
  const controls = readList(value, text);
  return controls.length < 2 ? controls : Object.freeze([...new Set(controls)].sort());
}

function readEscalation(value: unknown): Escalation {
  if (value === undefined) return DEFAULT_ESCALATION;
  const source = record(value);
  const policy_gate = flag(source["policy_gate"], false);
  const msavx_step_up = flag(source["msavx_step_up"], false);
  const human_required_default = flag(source["human_required_default"], false);
  const human_required_if = readList(source["human_required_if"], (item) => jsonCopy(record(item)));
  const rationale = readRationale(source["rationale"]);
  const isSilent = !policy_gate && !msavx_step_up && !human_required_default;
  if (isSilent && human_required_if.length === 0 && rationale === null) return DEFAULT_ESCALATION;
  return Object.freeze({ policy_gate, msavx_step_up, human_required_default, human_required_if, rationale });
}

function readRationale(value: unknown): string | null {
  return value === undefined || value === null ? null : text(value);
}

function readApproval(escalation: unknown): ApprovalNeed {
  const need = approvalNeedFrom(escalation === undefined ? {} : record(escalation));
  if (need === undefined) throw new Unreadable();
  return Object.freeze(need);
}

function readPreconditions(value: unknown): Preconditions {
  if (value === undefined) return DEFAULT_PRECONDITIONS;
  const source = record(value);
  if (Object.keys(source).length === 0) return DEFAULT_PRECONDITIONS;
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

function readMaxBlast(value: unknown): Rule["maxBlast"] {
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
  if (value.length === 0) return NOTHING;
  const list: T[] = [];
  for (const item of value) list.push(read(item));
  return Object.freeze(list);
}

function record(value: unknown): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Unreadable();
  return value as Members;
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

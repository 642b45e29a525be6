import { DEFAULT_HALL_CONFIG, type HallConfig } from "../protocol/config.js";
import { type CandidateWorker, type Hold, PRE_ROUTING } from "../protocol/decision.js";
import type { Facts, InputProblem, SkillFacts } from "../protocol/facts.js";
import type { Profile } from "../protocol/profile.js";
import { parseRouteInput, type RequestEcho, type RouteInput } from "../protocol/request.js";
import {
  DEFAULT_ESCALATION,
  DEFAULT_PRECONDITIONS,
  type Escalation,
  type Preconditions,
} from "../protocol/rule.js";
import { POLICY_TABLES, type PolicyTables } from "../protocol/tables.js";
import { compileRules, isRuleSet, type Rule, type RuleSet } from "./rules.js";

/** All that a decision is made from. The same question always gets the same answer, byte for byte. */
export type Question = {
  readonly request: unknown;
  /** A set from `compileRules`, or rules as they are written, which are then made ready for this one question. */
  readonly rules: RuleSet | readonly unknown[];
  readonly facts: Facts;
  /** Floors that no rule lowers; what is left out has its default. */
  readonly config?: Partial<HallConfig> | null;
  readonly profile?: Profile | null;
  /** The numbers to score by; this version's where the policy in force brings none. */
  readonly tables?: PolicyTables;
  /** The time that every part of the decision carries, as formats.md spells it. */
  readonly now: string;
  readonly ids: { readonly decision_id: string; readonly approval_id: string | null };
  readonly task_id?: string;
};

/** A question on its way through the checks: what it asks, what it is judged by, and what the checks found so far. */
export type Case = {
  readonly input: RouteInput;
  readonly problems: readonly InputProblem[];
  readonly now: string;
  readonly decisionId: string;
  readonly approvalId: string | null;
  readonly taskId: string;
  readonly facts: Facts;
  /** False when rules, config or profile aren't what they must be: then nothing is allowed. */
  readonly isPolicyReadable: boolean;
  readonly config: HallConfig;
  readonly rules: RuleSet;
  readonly profile: Profile | null;
  readonly tables: PolicyTables;
  skill: SkillFacts | undefined;

  /** The matched rule's id, or the sentinel that says how far it came (wcp.md 3.4). */
  matched: string;
  rule: Rule | undefined;
  controls: readonly string[];
  preconditions: Preconditions;
  escalation: Escalation;
  /** The request's canonical text, whose hash an allowed decision carries. */
  text: string;
  blastScore: number | null;
  isGateAsked: boolean;
  gateReason: string;
  policyVersion: string;
  candidates: readonly CandidateWorker[];
  selected: string | null;
  attestation: "unchecked" | "valid" | "tampered";
  isPrivilegeChecked: boolean;
  /** Holds that were met and that a grant, or the assumption of one, satisfies. */
  holds: readonly Hold[];
};

/** A check says why not, or nothing. It may note in the case what later checks and the decision need. */
export type { Refusal } from "./refuse.js";

const NO_RULES = compileRules([]);
const NOTHING: readonly never[] = Object.freeze([]);
const DEFAULT_TASK = "task_default";
export const DEFAULT_POLICY_VERSION = "policy.v0";

/** Opens the case of a question. Throws only where the question itself can't be read. */
export function openCase(question: Question): Case {
  const { now, ids, facts, task_id: taskId } = question;
  if (!isText(now) || !isText(ids.decision_id)) throw new TypeError("a decision needs a time and an id");
  const parsed = parseRouteInput(question.request);
  const config = readConfig(question.config);
  const rules = readRules(question.rules);
  const profile = question.profile ?? null;
  return {
    input: "input" in parsed ? parsed.input : withRequest(parsed.echo),
    problems: "input" in parsed ? NOTHING : parsed.problems,
    now,
    decisionId: ids.decision_id,
    approvalId: isText(ids.approval_id) ? ids.approval_id : null,
    taskId: isText(taskId) ? taskId : DEFAULT_TASK,
    facts,
    isPolicyReadable: config !== undefined && rules !== undefined && typeof profile === "object",
    config: config ?? DEFAULT_HALL_CONFIG,
    rules: rules ?? NO_RULES,
    profile,
    tables: question.tables ?? POLICY_TABLES,
    skill: undefined,
    matched: PRE_ROUTING,
    rule: undefined,
    controls: NOTHING,
    preconditions: DEFAULT_PRECONDITIONS,
    escalation: DEFAULT_ESCALATION,
    text: "",
    blastScore: null,
    isGateAsked: false,
    gateReason: "",
    policyVersion: DEFAULT_POLICY_VERSION,
    candidates: NOTHING,
    selected: null,
    attestation: "unchecked",
    isPrivilegeChecked: false,
    holds: NOTHING,
  };
}

const NOBODY: Case = openCase({
  request: null,
  rules: NO_RULES,
  facts: Object.freeze({ controls: NOTHING, available: () => false }),
  now: "",
  ids: { decision_id: "", approval_id: null },
});

/** What is left of a case when something in it broke: who asked and when, and nothing that was found. */
export function reopenCase(broken: Case | undefined): Case {
  if (broken === undefined) return NOBODY;
  const { input, now, decisionId, taskId } = broken;
  return { ...NOBODY, input, now, decisionId, taskId };
}

function withRequest(echo: RequestEcho): RouteInput {
  return { ...echo, request: {} };
}

/** Rules as a set; undefined for what can't be rules. None at all are no rules, and allow nothing. */
function readRules(rules: unknown): RuleSet | undefined {
  if (rules === null || rules === undefined) return NO_RULES;
  if (isRuleSet(rules)) return rules;
  try {
    return Array.isArray(rules) ? compileRules(rules) : undefined;
  } catch {
    return undefined; // a list that can't be read
  }
}

/** The config with its defaults, each member read once; undefined when one isn't of its type. */
function readConfig(given: Partial<HallConfig> | null | undefined): HallConfig | undefined {
  if (given === null || given === undefined || given === DEFAULT_HALL_CONFIG) return DEFAULT_HALL_CONFIG;
  if (typeof given !== "object" || Array.isArray(given)) return undefined;
  const silent = DEFAULT_HALL_CONFIG;
  const {
    require_signatory = silent.require_signatory,
    allowed_tenants = silent.allowed_tenants,
    require_credential = silent.require_credential,
    require_worker_attestation = silent.require_worker_attestation,
    enforce_correlation_id = silent.enforce_correlation_id,
    enforce_required_controls = silent.enforce_required_controls,
    enforce_blast_scoring_in_prod = silent.enforce_blast_scoring_in_prod,
    enforce_privilege_envelopes = silent.enforce_privilege_envelopes,
  } = given;
  const isReadable =
    typeof require_signatory === "boolean" &&
    Array.isArray(allowed_tenants) &&
    typeof require_credential === "boolean" &&
    typeof require_worker_attestation === "boolean" &&
    typeof enforce_correlation_id === "boolean" &&
    typeof enforce_required_controls === "boolean" &&
    typeof enforce_blast_scoring_in_prod === "boolean" &&
    typeof enforce_privilege_envelopes === "boolean";
  if (!isReadable) return undefined;
  return {
    require_signatory,
    allowed_tenants,
    require_credential,
    require_worker_attestation,
    enforce_correlation_id,
    enforce_required_controls,
    enforce_blast_scoring_in_prod,
    enforce_privilege_envelopes,
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed();
}

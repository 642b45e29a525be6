import { canonicalJson } from "../../src/protocol/canonical.js";
import { DEFAULT_HALL_CONFIG, type HallConfig } from "../../src/protocol/config.js";
import type { Hold } from "../../src/protocol/decision.js";
import type { DenyCode } from "../../src/protocol/deny.js";
import type { Facts, SkillFacts } from "../../src/protocol/facts.js";
import type { Profile } from "../../src/protocol/profile.js";
import { DATA_LABELS, ENVS, QOS_CLASSES, RISK_TIERS, TENANT_RISKS } from "../../src/protocol/request.js";
import {
  DEFAULT_ESCALATION,
  DEFAULT_PRECONDITIONS,
  MATCH_FIELDS,
  type MatchField,
} from "../../src/protocol/rule.js";
import type { WorkerRecord } from "../../src/protocol/worker.js";

// A second reading of the specification (wcp.md 3 and 4, policy.md, hall.md "The gate"), not of src/decide: slow and
// literal, so that where the two disagree one of them has misread the spec.

export type OracleQuestion = {
  readonly request: unknown;
  readonly rules: readonly unknown[];
  readonly facts: Facts;
  readonly config: Partial<HallConfig> | null;
  readonly profile: Profile | null;
};

export type OracleAnswer = {
  denied: boolean;
  code: DenyCode | null;
  matched_rule_id: string;
  selected_worker_species_id: string | null;
  required_controls_effective: string[];
  /** Those that a grant, real or assumed, covered, in order. */
  holds: Hold[];
  blast_score: number | null;
  event_ids: string[] | null;
  skip_reasons: (string | null)[] | null;
};

/** Thrown by `deny` and caught at the only exit; never leaves this file. */
class Stop extends Error {}
function deny(code: DenyCode): never {
  throw new Stop(code);
}

type Members = Record<string, unknown>;
const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string" && value.isWellFormed();
const isOneOf = (words: readonly string[], value: unknown) => words.some((word) => word === value);
/** One spelling of a control id, for membership (1.3). */
const spelled = (control: string): string => control.split("_").join("-");
function attempt<T, U>(ask: () => T, otherwise: U): T | U {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}

const WORDS = { env: ENVS, data_label: DATA_LABELS, tenant_risk: TENANT_RISKS, qos_class: QOS_CLASSES };
type Cell = Record<MatchField, string>;
type Request = Cell & { tenant_id: string; correlation_id: string; request: Members; blast_score: number };

// 2.2
function readRequest(asked: unknown): Request | undefined {
  if (!isObject(asked)) return undefined;
  const { capability_id, tenant_id, correlation_id, request = {}, dry_run = false } = asked;
  const score = asked["blast_score"] ?? 0; // a caller can only raise
  const credential = asked["tenant_credential"] ?? "";
  const ok =
    [capability_id, tenant_id, correlation_id, credential].every(isText) &&
    capability_id !== "" &&
    Object.entries(WORDS).every(([field, words]) => isOneOf(words, asked[field])) &&
    [request, asked["blast_radius"] ?? {}, asked["privilege_context"] ?? {}].every(isObject) &&
    typeof dry_run === "boolean" &&
    Number.isInteger(score) &&
    Number(score) >= 0 &&
    Number(score) <= 100;
  return ok ? ({ ...asked, request, blast_score: score } as Request) : undefined;
}

// 4.1: any before in before eq before a scalar; whatever else is written matches nothing.
function conditionHolds(condition: unknown, value: string): boolean {
  if (condition === undefined) return true;
  if (!isObject(condition)) return condition === value;
  if (condition["any"] === true) return true;
  if ("in" in condition) return Array.isArray(condition["in"]) && condition["in"].includes(value);
  return "eq" in condition && condition["eq"] === value;
}

// 3.16 step 5: null, no object, no id or no match object: such a rule never matches.
function ruleMatches(rule: unknown, cell: Cell): boolean {
  if (!isObject(rule) || !isText(rule["rule_id"])) return false;
  const { match = {} } = rule;
  return isObject(match) && MATCH_FIELDS.every((field) => conditionHolds(match[field], cell[field]));
}

// 4.3, over every cell there is: all capabilities that any rule names, one that none names, and the 144 cells of each.
function allCells(rules: readonly unknown[]): Cell[] {
  const matches = rules.map((rule) => (isObject(rule) && isObject(rule["match"]) ? rule["match"] : {}));
  const named = matches.map(({ capability_id: each }) => (isObject(each) ? [each["in"], each["eq"]] : each));
  const capability_id = [...new Set([...named.flat(2).filter(isText), "cap.named.nowhere"])];
  let cells: Members[] = [{}];
  for (const [field, words] of Object.entries({ capability_id, ...WORDS }))
    cells = cells.flatMap((cell) => words.map((word) => ({ ...cell, [field]: word })));
  return cells as Cell[];
}

/** Whether a rule that could match lies whole within a single earlier one. */
function someRuleIsShadowed(rules: readonly unknown[]): boolean {
  const cells = allCells(rules);
  return rules.some((rule, later) => {
    const domain = cells.filter((cell) => ruleMatches(rule, cell));
    const covers = (earlier: unknown) => domain.every((cell) => ruleMatches(earlier, cell));
    return domain.length > 0 && rules.slice(0, later).some(covers);
  });
}

// 2.4, 2.5 and policy.md "Risk": undefined when the matched rule is malformed.
function readRule(source: unknown) {
  const { decision = {} } = source as Members;
  if (!isObject(decision)) return undefined;
  const { candidate_workers_ranked: candidates = [], required_controls_suggested: controls = [] } = decision;
  const { escalation = {}, preconditions = {}, recommended_profiles = [], max_blast_score: max } = decision;
  if (!isObject(escalation) || !isObject(preconditions)) return undefined;
  if (!Array.isArray(candidates) || !candidates.every(isCandidate)) return undefined;
  if (!Array.isArray(controls) || !controls.every(isText)) return undefined;
  if (!Array.isArray(recommended_profiles)) return undefined;
  const isScore = (value: unknown) => typeof value === "number" && value >= 0 && value <= 100;
  if (isObject(max) && !Object.keys(max).every((env) => isOneOf(ENVS, env) && isScore(max[env])))
    return undefined;
  if (max !== undefined && !isObject(max) && !isScore(max)) return undefined;
  const steps: Members = { ...DEFAULT_ESCALATION, ...escalation };
  const terms: Members = { ...DEFAULT_PRECONDITIONS, ...preconditions };
  const { human_required_if, rationale, policy_gate: gate, human_required_default: human } = steps;
  if (!Array.isArray(human_required_if) || !human_required_if.every(isObject)) return undefined;
  if (rationale !== null && !isText(rationale)) return undefined;
  const flags = [
    gate,
    human,
    steps["msavx_step_up"],
    ...Object.keys(DEFAULT_PRECONDITIONS).map((key) => terms[key]),
  ];
  if (flags.some((flag) => typeof flag !== "boolean")) return undefined;
  const inProd = terms["deny_if_unsigned_artifact_in_prod"] || terms["deny_if_no_attestation_in_prod"];
  const unimplemented = human_required_if.length > 0 || steps["msavx_step_up"] || inProd; // part A
  return { candidates, controls: controls as string[], gate, human, terms, max, unimplemented };
}
function isCandidate(value: unknown): boolean {
  const { worker_species_id: id, score_hint: hint } = isObject(value) ? value : { worker_species_id: NaN };
  return isText(id ?? "") && Number.isFinite(hint ?? 0);
}

// hall.md "The gate" 3 and formats.md "A broken dependency", in this order.
function checkHouse(skill: SkillFacts): void {
  if (skill.gate !== "open") deny(skill.gate);
  if (skill.policy === "unknown") deny("DENY_POLICY_UNAVAILABLE");
  if (skill.policy !== "in_force") deny("DENY_POLICY_NOT_APPLIED");
  if (skill.clock !== "ok") deny("DENY_CLOCK_INVALID");
  if (skill.visible !== true) deny("DENY_UNKNOWN_SKILL");
  if (skill.namespace !== "authorized") deny("DENY_NAMESPACE_NOT_AUTHORIZED");
  if (skill.standing === "unknown") deny("DENY_STANDING_UNKNOWN");
  // What is known goes before what isn't, the gravest first; only a publisher's revocation has its own code.
  const { publisher, ...rest } = skill.standing;
  const own = Object.values(rest);
  if (own.includes("banned") || publisher === "banned") deny("DENY_SKILL_BANNED");
  if (own.includes("revoked")) deny("DENY_SKILL_REVOKED");
  if (own.includes("degraded")) deny("DENY_ADAPTER_DEGRADED");
  if (publisher === "revoked") deny("DENY_PUBLISHER_REVOKED");
  if (own.includes("unknown") || publisher !== "active") deny("DENY_STANDING_UNKNOWN");
  // facts.ts: "own" has certificate and attestation, "accepted" has neither, anything else denies.
  if (skill.definition !== "own" && skill.definition !== "accepted") deny("DENY_DEFINITION_CHANGED");
  if (skill.definition === "own") {
    if (skill.certificate === "expired") deny("DENY_CERTIFICATE_EXPIRED");
    if (skill.certificate !== "valid") deny("DENY_NOT_CERTIFIED");
    if (skill.attestation === "unknown") deny("ATTEST_MANIFEST_MISSING");
    if (!skill.attestation.ok) deny(skill.attestation.code);
  }
  if (skill.arguments === "unknown") deny("DENY_INTERNAL_ERROR");
  if (!skill.arguments.ok) deny("DENY_INVALID_INPUT");
}

export function oracle(question: OracleQuestion): OracleAnswer {
  const selected = { selected_worker_species_id: null, event_ids: null, skip_reasons: null };
  const early = { matched_rule_id: "PRE_ROUTING", required_controls_effective: [], holds: [] };
  const answer: OracleAnswer = { denied: false, code: null, ...early, ...selected, blast_score: null };
  try {
    decide(question, answer);
  } catch (thrown) {
    const code = thrown instanceof Stop ? (thrown.message as DenyCode) : "DENY_INTERNAL_ERROR";
    const blast_score = code === "DENY_REQUIRES_HUMAN" ? answer.blast_score : null;
    const skip_reasons = code === "DENY_NO_AVAILABLE_WORKER" ? answer.skip_reasons : null;
    Object.assign(answer, { denied: true, code, ...selected, blast_score, skip_reasons });
    if (!(thrown instanceof Stop)) Object.assign(answer, early, { holds: [] }); // 3.16 step 1
  }
  return answer;
}

// 3.16, with hall.md's checks between the caller's and the rule's
function decide({ request, rules, facts, config, profile }: OracleQuestion, answer: OracleAnswer): void {
  const floors = { ...DEFAULT_HALL_CONFIG, ...config };
  const { skill } = facts;
  const asked = readRequest(request) ?? deny("DENY_INVALID_INPUT");
  if (asked.tenant_id.trim() === "") deny("DENY_MISSING_TENANT_ID");
  if (floors.require_signatory && !floors.allowed_tenants.includes(asked.tenant_id))
    deny("DENY_UNKNOWN_TENANT");
  if (floors.require_credential) deny("DENY_INTERNAL_ERROR");
  if (skill) checkHouse(skill);
  const worker = skill === undefined || skill.worker === "unknown" ? undefined : skill.worker;

  const production = asked.env === "prod" || asked.env === "edge";
  answer.matched_rule_id = "NO_MATCH";
  if (production && someRuleIsShadowed(rules)) deny("DENY_SHADOW_RULES_DETECTED");
  const matched = rules.find((source) => ruleMatches(source, asked)) ?? deny("DENY_NO_MATCHING_RULE");
  answer.matched_rule_id = (matched as { rule_id: string }).rule_id;
  const rule = readRule(matched) ?? deny("DENY_POLICY_UNAVAILABLE");
  answer.required_controls_effective = [...new Set(rule.controls)].sort();
  if (rule.unimplemented) deny("DENY_INTERNAL_ERROR");
  if (attempt(() => canonicalJson(asked.request), null) === null) deny("DENY_INVALID_INPUT");

  const needsCorrelation = rule.terms["must_have_correlation_id"] || floors.enforce_correlation_id;
  if (needsCorrelation && asked.correlation_id.trim() === "") deny("DENY_MISSING_CORRELATION_ID");
  const lacks = (controls: readonly string[], own: readonly string[]) =>
    controls.some((control) => ![...facts.controls, ...own].map(spelled).includes(spelled(control)));
  const enforced = rule.terms["deny_if_missing_required_controls"] || floors.enforce_required_controls;
  if (enforced && lacks(rule.controls, [])) deny("DENY_MISSING_REQUIRED_CONTROLS");
  const requires = (control: string) => rule.controls.some((each) => spelled(each) === control);

  const hold = (code: DenyCode, reason: string) => checkHold({ code, reason }, skill, answer.holds);
  const score = blastScore(asked, worker);
  const max = (isObject(rule.max) ? rule.max[asked.env] : rule.max) as number | undefined;
  const floor = production && floors.enforce_blast_scoring_in_prod;
  const scored = floor || requires("ctrl.blast-radius-scoring") || max !== undefined || profile !== null;
  if (scored) answer.blast_score = score;
  if (scored && ((production && score >= 85) || (max !== undefined && score > max)))
    hold("DENY_REQUIRES_HUMAN", "REQUIRE_HUMAN_HIGH_BLAST");
  if (rule.human) hold("DENY_REQUIRES_HUMAN_APPROVAL", "human_required_default");
  if (rule.gate) {
    const reason = askGate(asked, facts);
    if (reason !== undefined) hold("DENY_REQUIRES_HUMAN_APPROVAL", reason);
  }
  if (profile) {
    // policy.md "Profiles"; a worker that isn't known has no tier that could be accepted
    const declared = worker ? RISK_TIERS.indexOf(worker.risk_tier) : deny("DENY_RISK_TIER");
    const tier = RISK_TIERS[declared + (asked.tenant_risk === "high" ? 1 : 0)] ?? "critical";
    if (profile.risk[tier] === "deny") deny("DENY_RISK_TIER");
    if (profile.risk[tier] === "hold") hold("DENY_REQUIRES_HUMAN_APPROVAL", `risk_tier_${tier}`);
    if (score >= profile.blast_hold_at) hold("DENY_REQUIRES_HUMAN", "REQUIRE_HUMAN_HIGH_BLAST");
  }

  const species = select(rule.candidates, facts, answer) ?? deny("DENY_NO_AVAILABLE_WORKER");
  answer.selected_worker_species_id = species;
  if (skill) {
    const serves = worker?.worker_species_id === species && worker.capabilities.includes(asked.capability_id);
    if (!worker || !serves) deny("DENY_NO_AVAILABLE_WORKER");
    if (!isOneOf(worker.allowed_environments, asked.env)) deny("DENY_ENVIRONMENT_NOT_ALLOWED");
    if (lacks(worker.required_controls, worker.currently_implements)) deny("DENY_CONTROL_MISSING");
  }
  if (floors.require_worker_attestation) checkAttested(species, facts);
  const enveloped = requires("ctrl.privilege-envelopes-required") || floors.enforce_privilege_envelopes;
  if (enveloped) checkPrivilege(species, asked, facts);
  if (skill) {
    if (skill.containment === "unknown") deny("DENY_CONTAINMENT_UNAVAILABLE");
    const { network, files, processes, memory } = skill.containment;
    const limits = [files, processes, memory];
    if (worker?.privilege_envelope.network_egress !== "broad") limits.push(network);
    const contained = limits.every((limit) => limit === "enforced");
    if (profile?.containment === "required" && !contained) deny("DENY_CONTAINMENT_UNAVAILABLE");
    if (skill.approval === "unknown") deny("DENY_INTERNAL_ERROR");
  }
  answer.event_ids = ["evt.os.task.routed", "evt.os.worker.selected", "evt.os.policy.gated"];
  if (production && !floors.require_worker_attestation)
    answer.event_ids.unshift("evt.os.worker.attestation_skipped");
  if (enveloped) answer.event_ids.unshift("evt.gov.privilege_envelope.checked");
  if (scored) answer.event_ids.unshift("evt.gov.blast_scored");
}

// formats.md "Holds and grants": covered by a grant that names it (code and reason), or denied.
function checkHold(hold: Hold, skill: SkillFacts | undefined, covered: Hold[]): void {
  const approval = skill?.approval ?? { state: "none" };
  if (approval === "unknown") deny("DENY_INTERNAL_ERROR");
  if (approval.state === "refused") deny("DENY_APPROVAL_REFUSED");
  if (approval.state === "expired") deny("DENY_APPROVAL_EXPIRED");
  const isHold = (other: Hold) => other.code === hold.code && other.reason === hold.reason;
  const granted = approval.state === "granted" && approval.holds.some(isHold);
  if (!granted && approval.state !== "assumed") deny(hold.code);
  if (!covered.some(isHold)) covered.push(hold);
}

// 3.6 and policy.md "Risk"
function blastScore(asked: Request, worker: WorkerRecord | undefined): number {
  let score = 10;
  if (asked.data_label === "INTERNAL") score += 20;
  if (asked.data_label === "RESTRICTED") score += 40;
  if (asked.env === "prod" || asked.env === "edge") score += 15;
  if (asked.qos_class === "P0") score += 10;
  if (asked.request["egress"] || asked.request["external_call"]) score += 15;
  if (asked.request["writes"] || asked.request["mutates_state"]) score += 15;
  const sum = Object.values(worker?.blast_radius ?? {}).reduce((before, each) => before + each, 0);
  return Math.max(Math.min(score, 100), asked.blast_score, Math.min(4 * sum, 100));
}

// 3.7: the reason for a human's yes, or undefined to go on
function askGate(asked: Request, { policyGate }: Facts): string | undefined {
  if (policyGate === undefined) return deny("DENY_POLICY_GATE_UNCONFIGURED");
  const said: unknown = attempt(() => policyGate({ ...asked, policy_version: "policy.v0" }), null);
  if (!Array.isArray(said) || said.length !== 3) return deny("DENY_INTERNAL_ERROR");
  if (said.some((each) => typeof each !== "string")) deny("DENY_INTERNAL_ERROR");
  if (said[0] === "ALLOW") return undefined;
  if (said[0] === "REQUIRE_HUMAN") return String(said[2]);
  return deny(said[0] === "DENY" ? "DENY_POLICY_GATE" : "DENY_POLICY_GATE_INVALID_RESPONSE");
}

// 3.8
function select(candidates: unknown[], facts: Facts, answer: OracleAnswer): string | undefined {
  let winner: string | undefined;
  answer.skip_reasons = candidates.map((candidate) => {
    if (winner !== undefined) return "already_selected";
    const species = (candidate as Members)["worker_species_id"] ?? null;
    if (typeof species !== "string") return "missing_id";
    const available = attempt(() => facts.available(species) === true, undefined);
    if (available) winner = species;
    return available === undefined ? "availability_check_failed" : available ? null : "unavailable";
  });
  return winner;
}

// 3.9
function checkAttested(species: string, { registeredHash, currentHash }: Facts): void {
  if (!registeredHash || !currentHash) deny("DENY_ATTESTATION_UNCONFIGURED");
  const hex = (value: unknown) =>
    typeof value === "string" && value.length === 64 && !/[^0-9a-f]/.test(value);
  const registered = attempt(() => registeredHash(species), null) ?? null;
  if (registered === null) deny("DENY_WORKER_ATTESTATION_MISSING");
  if (!hex(registered)) deny("DENY_WORKER_ATTESTATION_INVALID_HASH");
  const current = attempt(() => currentHash(species), null);
  if (!hex(current)) deny("DENY_WORKER_HASH_UNAVAILABLE");
  if (registered !== current) deny("DENY_WORKER_TAMPERED");
}

// 3.10 and 3.16 step 9
const THROWN = Symbol("thrown");
function checkPrivilege(species: string, asked: Request, { envelope, privilegeAllows }: Facts): void {
  if (!envelope || !privilegeAllows) deny("DENY_PRIVILEGE_ENVELOPE_UNCONFIGURED");
  const has = attempt(() => envelope(species), THROWN);
  const production = asked.env === "prod" || asked.env === "edge";
  if (production && (has ?? null) === null) deny("DENY_PRIVILEGE_ENVELOPE_VIOLATED");
  const said = has !== THROWN && attempt(() => privilegeAllows(asked.env, asked.data_label, has), null);
  if (!Array.isArray(said) || said.length !== 2) deny("DENY_INTERNAL_ERROR");
  if (typeof said[0] !== "boolean" || typeof said[1] !== "string") deny("DENY_INTERNAL_ERROR");
  if (said[0] === false) deny("DENY_PRIVILEGE_ENVELOPE_VIOLATED");
}

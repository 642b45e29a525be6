import { ENVS } from "../protocol/request.js";
import {
  approvalNeedFrom,
  DEFAULT_ESCALATION,
  DEFAULT_PRECONDITIONS,
  isAskableLevel,
} from "../protocol/rule.js";
import { isMembers, isText, type Members, type Report, unknownMembers } from "./report.js";

const DECISION_FIELDS = [
  "candidate_workers_ranked",
  "required_controls_suggested",
  "recommended_profiles",
  "escalation",
  "preconditions",
  "max_blast_score",
];
const CANDIDATE_FIELDS = ["worker_species_id", "score_hint"];
const ESCALATION_FLAGS = ["policy_gate", "msavx_step_up", "human_required_default"];
const ESCALATION_FIELDS = [...Object.keys(DEFAULT_ESCALATION), "approval", "supervisor_level"];
const PRECONDITION_FIELDS = Object.keys(DEFAULT_PRECONDITIONS);

/** Reports all that is wrong with what a rule decides. */
export function checkDecision(decision: unknown, report: Report): undefined {
  if (!isMembers(decision))
    return report("decision", "is not an object", "write what the rule decides, or {}");
  unknownMembers(decision, DECISION_FIELDS, "decision", report);
  const { escalation, preconditions, max_blast_score: limit } = decision;
  eachOf(decision, "candidate_workers_ranked", report, checkCandidate);
  eachOf(decision, "required_controls_suggested", report, (control, path) => {
    if (!isText(control)) report(path, "is not a control id", "write an id such as ctrl.pol.default-deny");
  });
  eachOf(decision, "recommended_profiles", report, (profile, path) => {
    if (!isMembers(profile)) report(path, "is not an object", "write { profile_id, score }");
  });
  if (escalation !== undefined) checkEscalation(escalation, report);
  if (preconditions !== undefined) checkPreconditions(preconditions, report);
  if (limit !== undefined) checkMaxBlast(limit, report);
}

function checkCandidate(candidate: unknown, path: string, report: Report): undefined {
  if (!isMembers(candidate))
    return report(path, "is not an object", "write { worker_species_id, score_hint }");
  unknownMembers(candidate, CANDIDATE_FIELDS, path, report);
  const { worker_species_id: species, score_hint: score } = candidate;
  if (!isText(species))
    report(`${path}.worker_species_id`, "is missing or no text", "write an id such as wrk.doc.searcher");
  if (score !== undefined && score !== null && !Number.isFinite(score)) {
    report(`${path}.score_hint`, "is not a number", "write a number, or leave it out");
  }
}

function checkEscalation(escalation: unknown, report: Report): undefined {
  const path = "decision.escalation";
  if (!isMembers(escalation)) return report(path, "is not an object", "write the flags, or leave it out");
  unknownMembers(escalation, ESCALATION_FIELDS, path, report);
  for (const name of ESCALATION_FLAGS) checkFlag(escalation, name, path, report);
  const { rationale, approval, supervisor_level: level, human_required_if: conditions } = escalation;
  if (rationale !== undefined && rationale !== null && !isText(rationale)) {
    report(`${path}.rationale`, "is not a text", "write why a human is asked, or leave it out");
  }
  if (conditions !== undefined && !(Array.isArray(conditions) && conditions.every(isMembers))) {
    report(`${path}.human_required_if`, "is not a list of objects", "list match objects, or leave it out");
  }
  if (approval !== undefined && !isApproval(approval)) {
    report(`${path}.approval`, "is not a kind of approval", 'write "confirm", "approve" or {"approve": 2}');
  }
  if (level !== undefined && level !== null && !isAskableLevel(level)) {
    const remedy = 'write "gatekeeper", "executor" or "incident_commander", or leave it out';
    report(`${path}.supervisor_level`, "is no level whose answers count", remedy);
  } else if (isText(level) && approval === "confirm") {
    const remedy = 'write "approve", or leave supervisor_level out';
    report(`${path}.approval`, "is a confirmation, which has no level", remedy);
  }
}

function isApproval(value: unknown): boolean {
  const isAlone = isText(value) || (isMembers(value) && Object.keys(value).length === 1);
  return isAlone && approvalNeedFrom({ approval: value }) !== undefined;
}

function checkPreconditions(preconditions: unknown, report: Report): undefined {
  const path = "decision.preconditions";
  if (!isMembers(preconditions)) return report(path, "is not an object", "write the flags, or leave it out");
  unknownMembers(preconditions, PRECONDITION_FIELDS, path, report);
  for (const name of PRECONDITION_FIELDS) checkFlag(preconditions, name, path, report);
}

function checkMaxBlast(limit: unknown, report: Report): undefined {
  const path = "decision.max_blast_score";
  const isScore = (score: unknown): boolean => typeof score === "number" && score >= 0 && score <= 100;
  if (!isMembers(limit)) {
    if (!isScore(limit)) report(path, "is no score", "write a number from 0 to 100, or one for each env");
    return;
  }
  unknownMembers(limit, ENVS, path, report);
  for (const env of ENVS) {
    if (limit[env] !== undefined && !isScore(limit[env])) {
      report(`${path}.${env}`, "is no score", "write a number from 0 to 100");
    }
  }
}

function checkFlag(members: Members, name: string, path: string, report: Report): undefined {
  const value = members[name];
  if (value !== undefined && typeof value !== "boolean") {
    report(`${path}.${name}`, "is not true or false", "write true or false without quotes");
  }
}

function eachOf(
  members: Members,
  name: string,
  report: Report,
  check: (item: unknown, path: string, report: Report) => void,
): undefined {
  const list = members[name];
  if (list === undefined) return;
  if (!Array.isArray(list))
    return report(`decision.${name}`, "is not a list", "write a list, or leave it out");
  for (let i = 0; i < list.length; i++) check(list[i], `decision.${name}[${i}]`, report);
}

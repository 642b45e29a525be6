import { sha256Hex } from "../protocol/canonical.js";
import type { Hold, RouteDecision } from "../protocol/decision.js";
import { checkArguments } from "./arguments.js";
import { checkCodeHash } from "./attested.js";
import { checkBlast } from "./blast.js";
import { checkCredential, checkPolicyReadable, checkShape, checkSignatory, checkTenant } from "./caller.js";
import { type Case, openCase, type Question, type Refusal, reopenCase } from "./case.js";
import { checkAttestation, checkCertificate } from "./certified.js";
import { checkContainment } from "./containment.js";
import { checkControls } from "./controls.js";
import { checkDefinition } from "./definition.js";
import { checkPolicyGate } from "./gate.js";
import { checkApprovalKnown } from "./hold.js";
import { house } from "./house.js";
import { checkHumanRequired } from "./human.js";
import { checkCorrelation, checkRule, checkShadows, checkText } from "./match.js";
import { checkPrivilege } from "./privilege.js";
import { checkProfile } from "./profile.js";
import { checkClock, checkGateOpen, checkPolicyInForce } from "./ready.js";
import { refuse } from "./refuse.js";
import { checkStanding } from "./standing.js";
import { eventsOfAllow, eventsOfDenial } from "./telemetry.js";
import { checkNamespace, checkVisible } from "./visible.js";
import { checkWorkerFits, checkWorkers } from "./workers.js";

export type { Question } from "./case.js";

/** The only list of checks, in the order of hall.md's step 3 and wcp.md 3.16. The first refusal is the answer. */
const CHECKS: readonly ((c: Case) => Refusal | undefined)[] = [
  checkPolicyReadable,
  checkShape,
  checkTenant,
  checkSignatory,
  checkCredential,
  house(checkGateOpen),
  house(checkPolicyInForce),
  house(checkClock),
  house(checkVisible),
  house(checkNamespace),
  house(checkStanding),
  house(checkDefinition),
  house(checkCertificate),
  house(checkAttestation),
  house(checkArguments),
  checkShadows,
  checkRule,
  checkText,
  checkCorrelation,
  checkControls,
  checkBlast,
  checkHumanRequired,
  checkPolicyGate,
  checkProfile,
  checkWorkers,
  house(checkWorkerFits),
  checkCodeHash,
  checkPrivilege,
  house(checkContainment),
  house(checkApprovalKnown),
];

/** A decision, and the holds on its way that a grant, or the assumption of one, satisfied, in order. */
export type Judgment = { readonly decision: RouteDecision; readonly holds: readonly Hold[] };

/** The decision on a request. See {@link judge}. */
export function makeDecision(question: Question): RouteDecision {
  return judge(question).decision;
}

/**
 * Decides: a pure function of request, rules, facts, config, profile, time and ids. Gives a frozen decision for
 * any question whatsoever and never throws: what breaks on the way is a denial (wcp.md 3.16).
 */
export function judge(question: Question): Judgment {
  let opened: Case | undefined;
  try {
    opened = openCase(question);
    opened.skill = opened.facts.skill;
    return conclude(opened, firstRefusal(opened));
  } catch {
    return conclude(reopenCase(opened), refuse("DENY_INTERNAL_ERROR"));
  }
}

function firstRefusal(c: Case): Refusal | undefined {
  for (const check of CHECKS) {
    const refusal = check(c);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const NOTHING: readonly never[] = Object.freeze([]);

/** The one place where a decision is put together. */
function conclude(c: Case, refusal: Refusal | undefined): Judgment {
  const { input, selected } = c;
  if (refusal === undefined && selected === null) throw new Error("nothing was refused and nobody selected");
  const allowed = refusal === undefined ? selected : null;
  const isCandidateList = allowed !== null || refusal?.code === "DENY_NO_AVAILABLE_WORKER";
  const isHashChecked = c.attestation === "tampered" || (allowed !== null && c.attestation === "valid");
  const decision: RouteDecision = Object.freeze({
    decision_id: c.decisionId,
    timestamp: c.now,
    correlation_id: input.correlation_id,
    tenant_id: input.tenant_id,
    capability_id: input.capability_id,
    matched_rule_id: c.matched,
    env: input.env,
    data_label: input.data_label,
    tenant_risk: input.tenant_risk,
    qos_class: input.qos_class,
    denied: refusal !== undefined,
    deny_reason_if_denied: refusal ?? null,
    selected_worker_species_id: allowed,
    candidate_workers_ranked: isCandidateList ? c.candidates : NOTHING,
    required_controls_effective: c.controls,
    recommended_profiles_effective: allowed === null ? NOTHING : (c.rule?.profiles ?? NOTHING),
    escalation_effective: c.escalation,
    preconditions_checked: c.preconditions,
    artifact_hash: allowed === null ? null : sha256Hex(c.text),
    worker_attestation_checked: isHashChecked,
    worker_attestation_valid: isHashChecked ? c.attestation === "valid" : null,
    dry_run: input.dry_run,
    telemetry_envelopes:
      refusal === undefined ? eventsOfAllow(c, selected as string) : eventsOfDenial(c, refusal),
  });
  return Object.freeze({ decision, holds: c.holds });
}

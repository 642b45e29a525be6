import {
  attestationSkipped,
  blastScored,
  cleaned,
  type Event,
  type EventSubject,
  policyGated,
  privilegeEnvelopeChecked,
  taskDenied,
  taskRouted,
  workerSelected,
} from "../protocol/events.js";
import { isProduction } from "../protocol/request.js";
import { type Case, DEFAULT_POLICY_VERSION, type Refusal } from "./case.js";

/** What an allowed case tells, in order (wcp.md 6). */
export function eventsOfAllow(c: Case, species: string): readonly Event[] {
  const about = subjectOf(c);
  const policy_version = c.isGateAsked ? cleaned(c.policyVersion) : DEFAULT_POLICY_VERSION;
  const { env, data_label } = c.input;
  const events: Event[] = [];
  if (c.blastScore !== null)
    events.push(blastScored(about, { env, data_label, policy_version }, c.blastScore));
  if (c.isPrivilegeChecked) {
    events.push(privilegeEnvelopeChecked(about, { env, data_label, policy_version }, species));
  }
  if (c.attestation === "unchecked" && isProduction(env))
    events.push(attestationSkipped(about, env, species));
  const reason = c.isGateAsked ? c.gateReason : "no_gate_required";
  events.push(
    routed(about, c, cleaned(c.matched), policy_version, species),
    workerSelected(about, species),
    policyGated(about, "ALLOW", policy_version, reason),
  );
  return Object.freeze(events);
}

/** What a denied case tells: that, and that it was routed to nobody and what the policy gate was asked. */
export function eventsOfDenial(c: Case, { code, message }: Refusal): readonly Event[] {
  const about = subjectOf(c);
  const policy_version = c.isGateAsked ? cleaned(c.policyVersion) : DEFAULT_POLICY_VERSION;
  const matched = c.rule === undefined ? c.matched : cleaned(c.matched);
  const gated = c.isGateAsked
    ? policyGated(about, "DENY", policy_version, "task_denied")
    : policyGated(about, "NOT_EVALUATED", policy_version, "task_denied_before_policy_gate");
  return Object.freeze([
    taskDenied(about, code, message, matched),
    routed(about, c, matched, policy_version, null),
    gated,
  ]);
}

function routed(
  about: EventSubject,
  c: Case,
  matched_rule_id: string,
  policy_version: string,
  species: string | null,
): Event {
  return taskRouted(about, {
    task_id: c.taskId,
    matched_rule_id,
    selected_worker_species_id: species,
    policy_version,
    qos_class: c.input.qos_class,
  });
}

function subjectOf({ input, now }: Case): EventSubject {
  return {
    timestamp: now,
    correlation_id: cleaned(input.correlation_id),
    tenant_id: cleaned(input.tenant_id),
    capability_id: cleaned(input.capability_id),
    dry_run: input.dry_run,
  };
}

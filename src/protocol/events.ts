import type { JsonObject } from "./canonical.js";

/** What every event of one decision has in common (wcp.md 6), cleaned once. `dry_run` is a member only when true. */
export type EventSubject = {
  readonly timestamp: string;
  readonly correlation_id: string;
  readonly tenant_id: string;
  readonly capability_id: string;
  readonly dry_run: boolean;
};

export type Event = JsonObject & { readonly event_id: string };
type EventBody = Event & { dry_run?: boolean };

const CONTROL = /[\u0000-\u001f\u007f]/;
const CONTROLS = /[\u0000-\u001f\u007f]+/g;

/** Text without control characters, as telemetry carries it (wcp.md 6). */
export function cleaned(text: string): string {
  return CONTROL.test(text) ? text.replace(CONTROLS, "") : text;
}

function sealed(about: EventSubject, event: EventBody): Event {
  if (about.dry_run) event.dry_run = true;
  return Object.freeze(event);
}

export type Routed = {
  readonly task_id: string;
  readonly matched_rule_id: string;
  readonly selected_worker_species_id: string | null;
  readonly policy_version: string;
  readonly qos_class: string;
};

export function taskRouted(about: EventSubject, routed: Routed): Event {
  return sealed(about, {
    event_id: "evt.os.task.routed",
    timestamp: about.timestamp,
    correlation_id: about.correlation_id,
    tenant_id: about.tenant_id,
    task_id: routed.task_id,
    capability_id: about.capability_id,
    matched_rule_id: routed.matched_rule_id,
    selected_worker_species_id: routed.selected_worker_species_id,
    policy_version: routed.policy_version,
    qos_class: routed.qos_class,
  });
}

export function taskDenied(about: EventSubject, code: string, message: string, matchedRuleId: string): Event {
  return sealed(about, {
    event_id: "evt.os.task.denied",
    timestamp: about.timestamp,
    correlation_id: about.correlation_id,
    tenant_id: about.tenant_id,
    capability_id: about.capability_id,
    deny_code: code,
    deny_message: message,
    matched_rule_id: matchedRuleId,
  });
}

export function workerSelected(about: EventSubject, species: string): Event {
  return sealed(about, {
    event_id: "evt.os.worker.selected",
    timestamp: about.timestamp,
    correlation_id: about.correlation_id,
    tenant_id: about.tenant_id,
    capability_id: about.capability_id,
    selected_worker_species_id: species,
    reason: "first_available_candidate",
  });
}

/** ALLOW when the task was let through; DENY when the gate was asked and the task denied; NOT_EVALUATED when it wasn't asked. */
export type Gated = "ALLOW" | "DENY" | "NOT_EVALUATED";

export function policyGated(
  about: EventSubject,
  decision: Gated,
  policyVersion: string,
  reason: string,
): Event {
  return sealed(about, {
    event_id: "evt.os.policy.gated",
    timestamp: about.timestamp,
    correlation_id: about.correlation_id,
    tenant_id: about.tenant_id,
    capability_id: about.capability_id,
    decision,
    policy_version: policyVersion,
    reason,
  });
}

/** Where a decision is made: what the two events of governance add to their subject. */
export type Place = { readonly env: string; readonly data_label: string; readonly policy_version: string };

export function blastScored(about: EventSubject, place: Place, score: number): Event {
  return sealed(about, {
    event_id: "evt.gov.blast_scored",
    timestamp: about.timestamp,
    correlation_id: about.correlation_id,
    tenant_id: about.tenant_id,
    env: place.env,
    data_label: place.data_label,
    policy_version: place.policy_version,
    blast_score: score,
    decision: "ALLOW",
  });
}

export function privilegeEnvelopeChecked(about: EventSubject, place: Place, species: string): Event {
  return sealed(about, {
    event_id: "evt.gov.privilege_envelope.checked",
    timestamp: about.timestamp,
    correlation_id: about.correlation_id,
    tenant_id: about.tenant_id,
    env: place.env,
    data_label: place.data_label,
    policy_version: place.policy_version,
    worker_species_id: species,
    decision: "ALLOW",
  });
}

/** A worker goes to production without its code's hash being asked for: said, not denied, where the config doesn't ask. */
export function attestationSkipped(about: EventSubject, env: string, species: string): Event {
  return sealed(about, {
    event_id: "evt.os.worker.attestation_skipped",
    correlation_id: about.correlation_id,
    worker_species_id: species,
    env,
    reason: "worker_attestation_not_required",
    severity: "warn",
  });
}

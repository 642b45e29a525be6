import { type Judgment, judge, type Question } from "../../src/decide/makeDecision.js";
import type { DenyReason } from "../../src/protocol/decision.js";
import type { Facts, SkillFacts } from "../../src/protocol/facts.js";
import { PROFILES, type Profile } from "../../src/protocol/profile.js";
import type { WorkerRecord } from "../../src/protocol/worker.js";

export const AUDIT = "ctrl.obs.audit-log-append-only";
export const SPECIES = "wrk.doc.searcher";
export const CAPABILITY = "cap.doc.search";
export const NOW = "2026-11-20T09:00:00.000Z";
export const PERMISSIVE = PROFILES.get("prof.dev.permissive") as Profile;

export const REQUEST = {
  capability_id: CAPABILITY,
  env: "dev",
  data_label: "INTERNAL",
  tenant_risk: "low",
  qos_class: "P2",
  tenant_id: "local",
  correlation_id: "c-1",
  request: { arguments: null, egress: false, external_call: false, mutates_state: false, writes: false },
};

export const WORKER: WorkerRecord = {
  worker_id: "org.acme.notes",
  worker_species_id: SPECIES,
  worker_version: "1.2.0",
  capabilities: [CAPABILITY],
  risk_tier: "low",
  required_controls: [AUDIT],
  currently_implements: [AUDIT],
  allowed_environments: ["dev", "stage", "prod"],
  data_labels: ["PUBLIC", "INTERNAL"],
  blast_radius: { data: 1, network: 0, financial: 0, time: 1, reversibility: 0 },
  privilege_envelope: { secrets_access: [], network_egress: "none", filesystem_writes: [], tools: [] },
};

export const ACTIVE = {
  skill: "active",
  version: "active",
  worker: "active",
  adapter: "active",
  hash: "active",
  publisher: "active",
} as const;

/** Facts about a skill that nothing speaks against. */
export const SKILL: SkillFacts = {
  gate: "open",
  clock: "ok",
  policy: "in_force",
  visible: true,
  namespace: "authorized",
  standing: ACTIVE,
  definition: "own",
  certificate: "valid",
  attestation: { ok: true },
  arguments: { ok: true, problems: [] },
  worker: WORKER,
  containment: {
    network: "none",
    files: "enforced",
    processes: "enforced",
    memory: "enforced",
    signals: "none",
  },
  approval: { state: "none" },
};

export const FACTS: Facts = {
  controls: new Set([AUDIT]),
  available: (species) => species === SPECIES,
  skill: SKILL,
};

/** A rule for the fixture's capability with a decision of its own. */
export function rule(decision: object = {}, match: object = { capability_id: CAPABILITY }): object {
  return {
    rule_id: "rr_doc_001",
    match,
    decision: { candidate_workers_ranked: [{ worker_species_id: SPECIES, score_hint: 1 }], ...decision },
  };
}

/** A question that is allowed as it stands. */
export const QUESTION: Question = {
  request: REQUEST,
  rules: [rule()],
  facts: FACTS,
  config: null,
  profile: PERMISSIVE,
  now: NOW,
  ids: { decision_id: "7d444840-9dc0-41d1-b245-5ffdce74fad2", approval_id: null },
};

/** What is decided when the fixture's request, facts about the skill, or more of the question are otherwise. */
export function ask(other: {
  readonly request?: object;
  readonly skill?: Partial<Record<keyof SkillFacts, unknown>>;
  readonly facts?: object;
  readonly question?: Partial<Question>;
}): Judgment {
  const facts = { ...FACTS, skill: { ...SKILL, ...other.skill } as SkillFacts, ...other.facts };
  return judge({ ...QUESTION, request: { ...REQUEST, ...other.request }, facts, ...other.question });
}

/** The reason of a denial; fails the test when it was none. */
export function reasonOf({ decision }: Judgment): DenyReason {
  if (decision.deny_reason_if_denied === null) throw new Error("expected a denial, and it was allowed");
  return decision.deny_reason_if_denied;
}

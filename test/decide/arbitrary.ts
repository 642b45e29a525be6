import fc from "fast-check";
import type { Question } from "../../src/decide/makeDecision.js";
import { DATA_LABELS, ENVS, QOS_CLASSES, RISK_TIERS, TENANT_RISKS } from "../../src/protocol/request.js";
import { MATCH_FIELDS } from "../../src/protocol/rule.js";
import { NOW, PERMISSIVE, SKILL, WORKER } from "./fixture.js";

/** Few words, so that rules, requests and facts often meet. */
export const CAPABILITIES = ["cap.doc.search", "cap.doc.write", "cap.db.read"] as const;
export const CONTROLS = [
  "ctrl.a.one",
  "ctrl.b.two_words",
  "ctrl.blast-radius-scoring",
  "ctrl.privilege_envelopes_required",
] as const;
export const SPECIES = ["wrk.doc.searcher", "wrk.db.reader"] as const;
const TENANTS = ["local", "acme"] as const;
const HASHES = ["a".repeat(64), "b".repeat(64), null] as const;

export const VOCABULARY = {
  capability_id: CAPABILITIES,
  env: ENVS,
  data_label: DATA_LABELS,
  tenant_risk: TENANT_RISKS,
  qos_class: QOS_CLASSES,
} as const;

const oneOf = <T>(words: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...words);

export const request = fc.record(
  {
    capability_id: oneOf(CAPABILITIES),
    env: oneOf(ENVS),
    data_label: oneOf(DATA_LABELS),
    tenant_risk: oneOf(TENANT_RISKS),
    qos_class: oneOf(QOS_CLASSES),
    tenant_id: oneOf(TENANTS),
    correlation_id: fc.oneof(
      { weight: 5, arbitrary: fc.constant("c-1") },
      { weight: 1, arbitrary: fc.constant(" ") },
    ),
    request: fc.dictionary(
      fc.constantFrom("egress", "writes", "external_call", "mutates_state", "n"),
      fc.boolean(),
    ),
    blast_score: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constant(null)),
    dry_run: fc.boolean(),
  },
  {
    requiredKeys: [
      "capability_id",
      "env",
      "data_label",
      "tenant_risk",
      "qos_class",
      "tenant_id",
      "correlation_id",
    ],
  },
);

const condition = (words: readonly string[]) =>
  fc.oneof(
    oneOf(words),
    fc.uniqueArray(oneOf(words), { minLength: 1 }).map((list) => ({ in: list })),
    oneOf(words).map((word) => ({ eq: word })),
    fc.constant({ any: true }),
    fc.constantFrom<unknown>(
      null,
      { any: false },
      { in: [] },
      { in: "dev" },
      { not: "dev" },
      "no such word",
      7,
    ),
  );

/** Conditions as people write them, wide ones and senseless ones among them. */
export const match = fc.record(
  Object.fromEntries(MATCH_FIELDS.map((field) => [field, condition(VOCABULARY[field])])),
  { requiredKeys: [] },
);

const rarely = fc.constantFrom(false, false, false, true);

const decision = fc.record(
  {
    candidate_workers_ranked: fc.array(
      oneOf(SPECIES).map((worker_species_id) => ({ worker_species_id })),
      { minLength: 1, maxLength: 2 },
    ),
    required_controls_suggested: fc.subarray([...CONTROLS], { maxLength: 1 }),
    escalation: fc.record(
      { policy_gate: fc.boolean(), human_required_default: rarely },
      { requiredKeys: [] },
    ),
    preconditions: fc.record(
      { must_have_correlation_id: fc.boolean(), deny_if_missing_required_controls: fc.boolean() },
      { requiredKeys: [] },
    ),
    max_blast_score: fc.integer({ min: 0, max: 100 }),
  },
  { requiredKeys: ["candidate_workers_ranked"] },
);

export const rules = fc
  .array(fc.record({ match: fc.oneof(fc.constant({}), match), decision }), { minLength: 1, maxLength: 4 })
  .map((list) => list.map((rule, i) => ({ rule_id: `r${i}`, ...rule })));

/** What the world answers, as plain data: laws take things out of it and put the question again. */
export type World = {
  readonly controls: readonly string[];
  readonly available: readonly string[];
  readonly registered: string | null;
  readonly current: string | null;
  readonly gate: string;
  readonly envelope: boolean;
  readonly skill: object | null;
};

const skill = fc
  .record({
    species: oneOf(SPECIES),
    definition: fc.constantFrom("own", "own", "accepted"),
    tier: oneOf(RISK_TIERS),
    approval: fc.constantFrom<object>({ state: "none" }, { state: "assumed" }),
    required: fc.constantFrom<readonly string[]>([], [], CONTROLS.slice(0, 1)),
    implemented: fc.subarray([...CONTROLS]),
  })
  .map(({ species, definition, tier, approval, required, implemented }) => ({
    ...SKILL,
    definition,
    approval,
    worker: {
      ...WORKER,
      capabilities: CAPABILITIES,
      allowed_environments: ENVS,
      worker_species_id: species,
      risk_tier: tier,
      required_controls: required,
      currently_implements: implemented,
    },
  }));

export const world: fc.Arbitrary<World> = fc.record({
  controls: fc.subarray([...CONTROLS], { minLength: 1 }),
  available: fc.subarray([...SPECIES], { minLength: 1 }),
  registered: oneOf(HASHES),
  current: oneOf(HASHES),
  gate: fc.constantFrom("ALLOW", "ALLOW", "DENY", "REQUIRE_HUMAN"),
  envelope: fc.boolean(),
  skill: fc.option(skill),
});

export const config = fc.record(
  {
    require_signatory: rarely,
    allowed_tenants: fc.subarray([...TENANTS]),
    require_worker_attestation: rarely,
    enforce_correlation_id: fc.boolean(),
    enforce_required_controls: fc.boolean(),
    enforce_blast_scoring_in_prod: fc.boolean(),
    enforce_privilege_envelopes: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** A question as plain data; {@link ask} puts it. */
export type Plain = {
  readonly request: object;
  readonly rules: readonly object[];
  readonly world: World;
  readonly config: object | null;
};

export const plain: fc.Arbitrary<Plain> = fc.record({
  request,
  rules,
  world,
  config: fc.option(config, { freq: 1 }),
});

export function questionOf({ request, rules, world, config }: Plain): Question {
  return {
    request,
    rules,
    facts: {
      controls: world.controls,
      available: (species) => world.available.includes(species),
      registeredHash: () => world.registered,
      currentHash: () => world.current,
      envelope: () => (world.envelope ? {} : null),
      privilegeAllows: () => [true, "ok"],
      policyGate: () => [world.gate, "v1", "because"],
      ...(world.skill && { skill: world.skill as typeof SKILL }),
    },
    config,
    profile: world.skill && PERMISSIVE,
    now: NOW,
    ids: { decision_id: "7d444840-9dc0-41d1-b245-5ffdce74fad2", approval_id: null },
  };
}

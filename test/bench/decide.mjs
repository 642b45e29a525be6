import { createHash, randomBytes, randomUUID } from "node:crypto";
import { ratio, takeTurns, timePerRun } from "./measure.mjs";
import { atMost } from "./table.mjs";

const RUNS = 100;

/** How long decisions and the loading of rules take. */
export const decide = {
  needs: ["decide/makeDecision.js", "decide/rules.js"],
  rows: [
    { id: "decision_10000_rules", what: "decision, 10,000 rules / 10 rules", goal: atMost(1.3) },
    {
      id: "decision_floor",
      what: "full decision / canonical JSON + SHA-256 + ids + allocation",
      goal: atMost(1.3),
    },
    { id: "decision_no_match", what: "no-match denial / allow", goal: atMost(0.15) },
    {
      id: "loading_10000_rules",
      what: "loading 10,000 rules with shadow analysis / JSON.parse",
      goal: atMost(3),
    },
  ],
  async measure({ quick, dist }) {
    const { judge } = await dist.load("decide/makeDecision.js");
    const { compileRules, parseRules } = await dist.load("decide/rules.js");
    const few = ruleList(10);
    const many = ruleList(10_000);
    const [fewSet, manySet] = [compileRules(few), compileRules(many)];
    const answer = (question, denied) => {
      const { decision } = judge(question);
      if (decision.denied !== denied) throw new Error(`decided the wrong way: ${JSON.stringify(decision)}`);
    };
    const allow = (question) => answer(question, false);
    const rounds = quick ? 50 : 600;
    const size = await takeTurns(rounds, {
      many: overAll(asked(callsOf(many, 200), manySet), allow),
      few: overAll(asked(callsOf(few, 200), fewSet), allow),
    });
    const calls = callsOf(many, 50); // what gather has just found is in the processor's cache
    const strangers = calls.map(({ request, facts }) => ({
      facts,
      request: { ...request, capability_id: "cap.nobody" },
    }));
    const cost = await takeTurns(rounds, {
      whole: overAll(calls, (call) => answer(questionOf(call, manySet), false)),
      bare: overAll(calls, bareDecision),
      allow: overAll(asked(calls, manySet), allow),
      deny: overAll(asked(strangers, manySet), (question) => answer(question, true)),
    });

    const text = JSON.stringify({ rules: many });
    const loading = await takeTurns(quick ? 7 : 41, {
      load: () => timePerRun(1, () => compileRules(parseRules(JSON.parse(text)).rules)) / 1000,
      parse: () => timePerRun(1, () => JSON.parse(text)) / 1000,
    });
    return {
      decision_10000_rules: ratio(size.many, size.few, "us"),
      decision_floor: ratio(cost.whole, cost.bare, "us"),
      decision_no_match: ratio(cost.deny, cost.allow, "us"),
      loading_10000_rules: ratio(loading.load, loading.parse, "ms"),
    };
  },
};

const SPECIES = "wrk.doc.searcher";
const AUDIT = "ctrl.obs.audit-log-append-only";
const ENVS = ["dev", "stage", "prod", "edge"];
const CONDITIONS = ["INTERNAL", { in: ["PUBLIC", "INTERNAL"] }, { any: true }];

/** Rules as people write them, four or five a capability, of every shape of condition; none shadows another. */
function ruleList(count) {
  return Array.from({ length: count }, (_, i) => ({
    rule_id: `rr_bench_${i}`,
    match: {
      capability_id: `cap.bench.c${Math.floor(i / 4)}`,
      env: ENVS[i % 4],
      data_label: CONDITIONS[Math.floor(i / 4) % 3],
      ...(i % 5 === 0 ? { qos_class: { in: ["P1", "P2"] } } : {}),
    },
    decision: {
      candidate_workers_ranked: [{ worker_species_id: SPECIES, score_hint: 1 }],
      required_controls_suggested: [AUDIT],
      escalation: { human_required_default: false },
    },
  }));
}

/** Calls all over the rules, each with a request and facts of its own, as the gate makes them. */
function callsOf(rules, count) {
  return Array.from({ length: count }, (_, i) => {
    const { capability_id, env } = rules[(i * 7919) % rules.length].match;
    const worker = { ...WORKER, capabilities: [capability_id] };
    return {
      request: requestFor(capability_id, env),
      facts: { ...FACTS, skill: { ...SKILL, worker } },
    };
  });
}

function requestFor(capability_id, env) {
  return {
    capability_id,
    env,
    data_label: "INTERNAL",
    tenant_risk: "low",
    qos_class: "P2",
    tenant_id: "local",
    correlation_id: randomUUID(),
    request: {
      arguments: randomBytes(32).toString("hex"),
      egress: false,
      external_call: false,
      mutates_state: true,
      writes: true,
    },
    dry_run: false,
  };
}

const ENVELOPE = { secrets_access: [], network_egress: "none", filesystem_writes: [], tools: [] };
const WORKER = {
  worker_id: "org.acme.notes",
  worker_species_id: SPECIES,
  worker_version: "1.2.0",
  risk_tier: "low",
  required_controls: [AUDIT],
  currently_implements: [AUDIT],
  allowed_environments: ENVS,
  data_labels: ["PUBLIC", "INTERNAL"],
  blast_radius: { data: 1, network: 0, financial: 0, time: 1, reversibility: 0 },
  privilege_envelope: ENVELOPE,
};

/** Everything that the gate gathers for a call that nothing speaks against. */
const SKILL = {
  gate: "open",
  clock: "ok",
  policy: "in_force",
  visible: true,
  namespace: "authorized",
  standing: {
    skill: "active",
    version: "active",
    worker: "active",
    adapter: "active",
    hash: "active",
    publisher: "active",
  },
  definition: "own",
  certificate: "valid",
  attestation: { ok: true },
  arguments: { ok: true, problems: [] },
  containment: {
    network: "none",
    files: "enforced",
    processes: "enforced",
    memory: "enforced",
    signals: "none",
  },
  approval: { state: "none" },
};

const FACTS = {
  controls: [AUDIT],
  available: (species) => species === SPECIES,
  registeredHash: () => "0".repeat(64),
  currentHash: () => "0".repeat(64),
  envelope: () => ENVELOPE,
  privilegeAllows: () => [true, "envelope_declared"],
};

/** Runs `work` on a hundred of the list in each turn, going on where it stopped. Turns are short: most are undisturbed. */
function overAll(list, work) {
  let at = 0;
  return () => timePerRun(RUNS, () => work(list[at++ % list.length]));
}

/** Questions whose ids and time are there already, so that only deciding is measured. */
const asked = (calls, rules) => calls.map((call) => questionOf(call, rules));

/** What the gate asks about a call, its ids and time made for it. */
function questionOf({ request, facts }, rules) {
  const ids = { decision_id: randomUUID(), approval_id: randomUUID() };
  return { request, rules, facts, now: new Date(Date.now()).toISOString(), ids };
}

/** The floor: what no decision can do without, and nothing that decides. */
function bareDecision(call) {
  const { request, ids, now: timestamp } = questionOf(call);
  const artifact_hash = createHash("sha256").update(canonical(request)).digest("hex");
  const { correlation_id, tenant_id, capability_id, env, data_label, tenant_risk, qos_class, dry_run } =
    request;
  const about = { timestamp, correlation_id, tenant_id, capability_id };
  return Object.freeze({
    decision_id: ids.decision_id,
    timestamp,
    correlation_id,
    tenant_id,
    capability_id,
    matched_rule_id: "rr_bench",
    env,
    data_label,
    tenant_risk,
    qos_class,
    denied: false,
    deny_reason_if_denied: null,
    selected_worker_species_id: SPECIES,
    candidate_workers_ranked: Object.freeze([{ worker_species_id: SPECIES, score_hint: 1 }]),
    required_controls_effective: FACTS.controls,
    recommended_profiles_effective: FACTS.controls,
    escalation_effective: SKILL,
    preconditions_checked: SKILL,
    artifact_hash,
    worker_attestation_checked: true,
    worker_attestation_valid: true,
    dry_run,
    telemetry_envelopes: Object.freeze([
      Object.freeze({ event_id: "evt.os.task.routed", ...about, task_id: "t", qos_class }),
      Object.freeze({ event_id: "evt.os.worker.selected", ...about, reason: "r" }),
      Object.freeze({ event_id: "evt.os.policy.gated", ...about, decision: "ALLOW", reason: "r" }),
    ]),
  });
}

/** RFC 8785 in its plainest form, without the Hall's refusals. */
function canonical(value) {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

import { describe, expect, test } from "vitest";
import { judge, makeDecision } from "../../src/decide/makeDecision.js";
import { compileRules } from "../../src/decide/rules.js";
import { canonicalJson, sha256Hex } from "../../src/protocol/canonical.js";
import { DEFAULT_HALL_CONFIG } from "../../src/protocol/config.js";
import { ask, NOW, QUESTION, REQUEST, reasonOf, rule, SKILL, SPECIES } from "./fixture.js";

describe("an allowed decision", () => {
  test("is whole", () => {
    expect(makeDecision(QUESTION)).toEqual({
      decision_id: QUESTION.ids.decision_id,
      timestamp: NOW,
      correlation_id: "c-1",
      tenant_id: "local",
      capability_id: "cap.doc.search",
      matched_rule_id: "rr_doc_001",
      env: "dev",
      data_label: "INTERNAL",
      tenant_risk: "low",
      qos_class: "P2",
      denied: false,
      deny_reason_if_denied: null,
      selected_worker_species_id: SPECIES,
      candidate_workers_ranked: [
        { worker_species_id: SPECIES, score_hint: 1, requires_controls_minimum: null, skip_reason: null },
      ],
      required_controls_effective: [],
      recommended_profiles_effective: [],
      escalation_effective: {
        policy_gate: false,
        msavx_step_up: false,
        human_required_default: false,
        human_required_if: [],
        rationale: null,
      },
      preconditions_checked: {
        must_have_correlation_id: true,
        must_attach_policy_version: true,
        must_record_artifact_hash_if_executes: true,
        deny_if_missing_required_controls: true,
        deny_if_unsigned_artifact_in_prod: false,
        deny_if_no_attestation_in_prod: false,
      },
      artifact_hash: sha256Hex(canonicalJson({ ...REQUEST, dry_run: false })),
      worker_attestation_checked: false,
      worker_attestation_valid: null,
      dry_run: false,
      telemetry_envelopes: [
        {
          event_id: "evt.gov.blast_scored",
          timestamp: NOW,
          correlation_id: "c-1",
          tenant_id: "local",
          env: "dev",
          data_label: "INTERNAL",
          policy_version: "policy.v0",
          blast_score: 30,
          decision: "ALLOW",
        },
        {
          event_id: "evt.os.task.routed",
          timestamp: NOW,
          correlation_id: "c-1",
          tenant_id: "local",
          task_id: "task_default",
          capability_id: "cap.doc.search",
          matched_rule_id: "rr_doc_001",
          selected_worker_species_id: SPECIES,
          policy_version: "policy.v0",
          qos_class: "P2",
        },
        {
          event_id: "evt.os.worker.selected",
          timestamp: NOW,
          correlation_id: "c-1",
          tenant_id: "local",
          capability_id: "cap.doc.search",
          selected_worker_species_id: SPECIES,
          reason: "first_available_candidate",
        },
        {
          event_id: "evt.os.policy.gated",
          timestamp: NOW,
          correlation_id: "c-1",
          tenant_id: "local",
          capability_id: "cap.doc.search",
          decision: "ALLOW",
          policy_version: "policy.v0",
          reason: "no_gate_required",
        },
      ],
    });
  });

  test("hashes the parsed request: defaults filled in, nulls and unknown members left out", () => {
    const { request, ...bare } = REQUEST;
    const spelled = { ...bare, request: {}, dry_run: false };
    const plain = ask({ question: { request: bare } }).decision.artifact_hash;
    expect(plain).toBe(sha256Hex(canonicalJson(spelled)));
    const noisy = {
      ...bare,
      blast_score: null,
      blast_radius: null,
      tenant_credential: null,
      policy_version: "p",
    };
    expect(ask({ question: { request: noisy } }).decision.artifact_hash).toBe(plain);
    expect(request).toBeDefined();
  });

  test("in production says that no code hash was asked for", () => {
    const { decision } = ask({ request: { env: "prod" }, question: { profile: null } });
    expect(decision.telemetry_envelopes.map((event) => event["event_id"])).toEqual([
      "evt.gov.blast_scored",
      "evt.os.worker.attestation_skipped",
      "evt.os.task.routed",
      "evt.os.worker.selected",
      "evt.os.policy.gated",
    ]);
  });

  test("marks every event of a dry run", () => {
    const { decision } = ask({ request: { dry_run: true } });
    expect(decision.dry_run).toBe(true);
    expect(decision.telemetry_envelopes.every((event) => event["dry_run"] === true)).toBe(true);
  });

  test("carries ids raw, and events carry them without control characters", () => {
    const { decision } = ask({ request: { correlation_id: "a\u0000b\u007f\nc" } });
    expect(decision.correlation_id).toBe("a\u0000b\u007f\nc");
    expect(decision.telemetry_envelopes.map((event) => event["correlation_id"])).toEqual([
      "abc",
      "abc",
      "abc",
      "abc",
    ]);
  });

  test("is the same from a compiled set and from the rules as written", () => {
    const compiled = makeDecision({ ...QUESTION, rules: compileRules(QUESTION.rules as unknown[]) });
    expect(canonicalJson(compiled)).toBe(canonicalJson(makeDecision(QUESTION)));
  });
});

describe("a denial", () => {
  test("tells task.denied first, then that it was routed to nobody, then what the gate was asked", () => {
    const { decision } = ask({ request: { capability_id: "cap.db.read" } });
    expect(
      decision.telemetry_envelopes.map((e) => [
        e["event_id"],
        e["decision"],
        e["selected_worker_species_id"],
      ]),
    ).toEqual([
      ["evt.os.task.denied", undefined, undefined],
      ["evt.os.task.routed", undefined, null],
      ["evt.os.policy.gated", "NOT_EVALUATED", undefined],
    ]);
    expect(decision.artifact_hash).toBeNull();
  });

  test("says DENY for the gate when it was asked", () => {
    const gated = { question: { rules: [rule({ escalation: { policy_gate: true } })] } };
    const { decision } = ask({ facts: { policyGate: () => ["DENY", "v1", "no"] }, ...gated });
    expect(decision.telemetry_envelopes[2]).toMatchObject({ decision: "DENY", policy_version: "v1" });
  });

  test("names the members whose shape is wrong, and no value", () => {
    const reason = reasonOf(ask({ request: { env: "s3cret", qos_class: 7, blast_score: 101, request: [] } }));
    expect(reason).toMatchObject({
      code: "DENY_INVALID_INPUT",
      problems: [
        { path: "env", keyword: "enum" },
        { path: "qos_class", keyword: "enum" },
        { path: "request", keyword: "type" },
        { path: "blast_score", keyword: "range" },
      ],
    });
    expect(JSON.stringify(reason)).not.toContain("s3cret");
  });

  test.each([true, "50", 50.5, Number.NaN, -1, 101, [], {}])(
    "of blast_score %j is one of shape",
    (blast_score) => {
      expect(reasonOf(ask({ request: { blast_score } })).code).toBe("DENY_INVALID_INPUT");
    },
  );

  test.each([
    ["a lone surrogate", { text: "\ud800" }],
    ["a function", { text: () => 1 }],
    ["an object that isn't plain", { when: new Date(0) }],
    ["an infinity", { n: Number.POSITIVE_INFINITY }],
  ])("of a request with %s is one of shape", (_, request) => {
    expect(reasonOf(ask({ request: { request } })).code).toBe("DENY_INVALID_INPUT");
  });

  test.each([
    ["tenant", { tenant_id: " \t" }, {}, "DENY_MISSING_TENANT_ID"],
    ["empty tenant", { tenant_id: "" }, {}, "DENY_MISSING_TENANT_ID"],
    ["signatory", {}, { require_signatory: true, allowed_tenants: ["x"] }, "DENY_UNKNOWN_TENANT"],
    ["credential", {}, { require_credential: true }, "DENY_INTERNAL_ERROR"],
    ["correlation", { correlation_id: " " }, {}, "DENY_MISSING_CORRELATION_ID"],
    [
      "config of a wrong type",
      {},
      { enforce_correlation_id: "no" as unknown as boolean },
      "DENY_POLICY_UNAVAILABLE",
    ],
  ])("for the %s", (_, request, config, code) => {
    expect(reasonOf(ask({ request, question: { config } })).code).toBe(code);
  });

  test.each(Object.keys(DEFAULT_HALL_CONFIG))("for a config whose %s isn't of its type", (name) => {
    expect(reasonOf(ask({ question: { config: { [name]: "yes" } } })).code).toBe("DENY_POLICY_UNAVAILABLE");
    expect(ask({ question: { config: { [name]: undefined } as object } }).decision.denied).toBe(false);
  });

  test("for rules that aren't rules, and for none at all", () => {
    const denied = (rules: unknown) =>
      reasonOf(ask({ question: { rules: rules as readonly unknown[] } })).code;
    expect(denied("rules")).toBe("DENY_POLICY_UNAVAILABLE");
    expect(denied({ rules: [rule()], shadows: { single: [], union: [], idle: [] } })).toBe(
      "DENY_POLICY_UNAVAILABLE",
    );
    expect(denied(null)).toBe("DENY_NO_MATCHING_RULE");
    expect(denied([])).toBe("DENY_NO_MATCHING_RULE");
    expect(denied([null, 7, "x"])).toBe("DENY_NO_MATCHING_RULE");
  });
});

describe("sentinels", () => {
  test.each([
    [{ env: "x" }, {}, "PRE_ROUTING"],
    [{ capability_id: "cap.none" }, {}, "NO_MATCH"],
    [{ env: "prod" }, { rules: [rule(), { ...rule(), rule_id: "rr_2" }] }, "NO_MATCH"],
    [{ correlation_id: "" }, {}, "rr_doc_001"],
  ])("%j %j is %s", (request, question, matched) => {
    expect(ask({ request, question }).decision.matched_rule_id).toBe(matched);
  });
});

describe("what breaks on the way", () => {
  const bomb = new Proxy(
    {},
    {
      get: () => {
        throw new Error("boom");
      },
      has: () => {
        throw new Error("boom");
      },
    },
  );

  test.each([
    ["no question", null],
    ["nothing in it", {}],
    ["no facts", { ...QUESTION, facts: null }],
    ["facts that throw", { ...QUESTION, facts: bomb }],
    ["a skill that throws", { ...QUESTION, facts: { ...QUESTION.facts, skill: bomb } }],
    [
      "a worker that isn't one",
      {
        ...QUESTION,
        profile: null,
        facts: { ...QUESTION.facts, skill: { ...SKILL, worker: { worker_species_id: SPECIES } } },
      },
    ],
    ["a profile that throws", { ...QUESTION, profile: bomb }],
    ["no ids", { ...QUESTION, ids: null }],
    ["a time that isn't text", { ...QUESTION, now: 5 }],
  ])("%s: DENY_INTERNAL_ERROR before routing", (_, question) => {
    const { decision, holds } = judge(question as never);
    expect(decision.deny_reason_if_denied?.code).toBe("DENY_INTERNAL_ERROR");
    expect(decision.matched_rule_id).toBe("PRE_ROUTING");
    expect(JSON.stringify(decision)).not.toContain("boom");
    expect(holds).toEqual([]);
  });

  test("keeps who asked, when something later breaks", () => {
    const { decision } = judge({ ...QUESTION, facts: bomb as never });
    expect(decision).toMatchObject({ tenant_id: "local", correlation_id: "c-1", timestamp: NOW });
  });

  test("a request that throws is an invalid one", () => {
    expect(reasonOf(judge({ ...QUESTION, request: bomb })).code).toBe("DENY_INVALID_INPUT");
  });

  test("rules that throw aren't believed", () => {
    const rules = new Proxy([], {
      get: () => {
        throw new Error("boom");
      },
    });
    expect(reasonOf(judge({ ...QUESTION, rules })).code).toBe("DENY_POLICY_UNAVAILABLE");
  });
});

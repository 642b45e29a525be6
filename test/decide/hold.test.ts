import { describe, expect, test } from "vitest";
import { ask, PERMISSIVE, reasonOf, rule, WORKER } from "./fixture.js";

const APPROVAL = "11111111-1111-4111-8111-111111111111";
const HUMAN = { code: "DENY_REQUIRES_HUMAN_APPROVAL", reason: "human_required_default" } as const;
const BLAST = { code: "DENY_REQUIRES_HUMAN", reason: "REQUIRE_HUMAN_HIGH_BLAST" } as const;
const TIER = { code: "DENY_REQUIRES_HUMAN_APPROVAL", reason: "risk_tier_high" } as const;
const GATE = { code: "DENY_REQUIRES_HUMAN_APPROVAL", reason: "after-hours" } as const;

/** A call that meets all four kinds of hold. */
const everyHold = {
  request: { blast_score: 97 },
  facts: { policyGate: () => ["REQUIRE_HUMAN", "v2", "after-hours"] },
  question: {
    rules: [rule({ max_blast_score: 40, escalation: { human_required_default: true, policy_gate: true } })],
  },
};
const withApproval = (approval: unknown) =>
  ask({ ...everyHold, skill: { worker: { ...WORKER, risk_tier: "high" }, approval } });

describe("a hold", () => {
  test("of a rule that asks for a human", () => {
    const rules = [rule({ escalation: { human_required_default: true } })];
    const ids = { decision_id: "d", approval_id: APPROVAL };
    const judged = ask({ question: { rules, ids } });
    expect(reasonOf(judged)).toEqual({
      ...HUMAN,
      message: expect.any(String),
      supervisor_required: true,
      supervisor_level: null,
      policy_version: "policy.v0",
      pending_approval_id: APPROVAL,
    });
    expect(judged.decision.escalation_effective).toMatchObject({
      human_required_default: true,
      rationale: "human_required_default",
    });
    expect(judged.holds).toEqual([]);
  });

  test("names no approval where none is pending", () => {
    const reason = reasonOf(
      ask({ question: { rules: [rule({ escalation: { human_required_default: true } })] } }),
    );
    expect("pending_approval_id" in reason).toBe(false);
  });

  test("comes in the order blast, rule, gate, tier; a score too high for rule and profile is one", () => {
    expect(withApproval({ state: "assumed" }).holds).toEqual([BLAST, HUMAN, GATE, TIER]);
  });

  test("is satisfied by a grant for exactly these holds, and the call goes on", () => {
    const granted = { state: "granted", approval_id: APPROVAL, holds: [TIER, GATE, HUMAN, BLAST] };
    const { decision, holds } = withApproval(granted);
    expect(decision.denied).toBe(false);
    expect(holds).toEqual([BLAST, HUMAN, GATE, TIER]);
    expect(decision.telemetry_envelopes.at(-1)).toMatchObject({ reason: "policy_gate_human_approved" });
  });

  test.each([
    ["another reason", { ...GATE, reason: "other" }],
    ["another code", { ...GATE, code: "DENY_REQUIRES_HUMAN" }],
  ])("isn't satisfied by a grant for %s", (_, other) => {
    const granted = { state: "granted", approval_id: APPROVAL, holds: [BLAST, HUMAN, other, TIER] };
    expect(reasonOf(withApproval(granted))).toMatchObject(GATE);
  });

  test.each([
    ["none", "DENY_REQUIRES_HUMAN"],
    ["pending", "DENY_REQUIRES_HUMAN"],
    ["refused", "DENY_APPROVAL_REFUSED"],
    ["expired", "DENY_APPROVAL_EXPIRED"],
    ["granted by nobody known", "DENY_INTERNAL_ERROR"],
  ])("with the answer %s", (state, code) => {
    expect(reasonOf(withApproval({ state, approval_id: APPROVAL })).code).toBe(code);
  });

  test("an answer that can't be read is no yes", () => {
    expect(reasonOf(withApproval("unknown")).code).toBe("DENY_INTERNAL_ERROR");
    expect(reasonOf(withApproval({ state: "granted", approval_id: APPROVAL })).code).toBe(
      "DENY_INTERNAL_ERROR",
    );
  });

  test("a refusal that answers no hold of this call doesn't matter", () => {
    expect(ask({ skill: { approval: { state: "refused", approval_id: APPROVAL } } }).decision.denied).toBe(
      false,
    );
  });
});

describe("blast", () => {
  const prod = { env: "prod" } as const;

  test("holds at 85 in production, whatever the rule says", () => {
    const rules = [rule({ max_blast_score: 100 })];
    const at = (blast_score: number) =>
      ask({ request: { ...prod, blast_score }, question: { rules, profile: null } });
    expect(at(84).decision.denied).toBe(false);
    expect(reasonOf(at(85))).toMatchObject({ ...BLAST, blast_score: 85, supervisor_required: true });
  });

  test("holds above the rule's maximum for the environment, not at it", () => {
    const rules = [rule({ max_blast_score: { dev: 50 } })];
    const at = (env: string, blast_score: number) =>
      ask({ request: { env, blast_score }, question: { rules, profile: null } }).decision.denied;
    expect([at("dev", 50), at("dev", 51), at("stage", 51)]).toEqual([false, true, false]);
  });

  test("counts the worker's own dimensions", () => {
    const blast_radius = { data: 5, network: 5, financial: 5, time: 5, reversibility: 5 };
    expect(reasonOf(ask({ skill: { worker: { ...WORKER, blast_radius } } }))).toMatchObject({
      ...BLAST,
      blast_score: 100,
    });
  });

  test("can't be lowered by the caller", () => {
    const request = {
      ...prod,
      data_label: "RESTRICTED",
      qos_class: "P0",
      request: { egress: true },
      blast_score: 0,
    };
    expect(reasonOf(ask({ request, question: { profile: null } }))).toMatchObject({
      ...BLAST,
      blast_score: 90,
    });
  });
});

describe("the profile", () => {
  const tier = (risk_tier: string, tenant_risk = "low", profile: unknown = PERMISSIVE) =>
    ask({
      request: { tenant_risk },
      skill: { worker: { ...WORKER, risk_tier } },
      question: { profile: profile as never },
    }).decision.deny_reason_if_denied;

  test("holds high and critical, and raises a tier by one step for a tenant of high risk", () => {
    expect(tier("low")).toBeNull();
    expect(tier("medium")).toBeNull();
    expect(tier("medium", "high")).toMatchObject(TIER);
    expect(tier("high")).toMatchObject(TIER);
    expect(tier("critical", "high")).toMatchObject({ ...TIER, reason: "risk_tier_critical" });
  });

  test("may deny a tier; one that it doesn't know it denies", () => {
    const strict = { ...PERMISSIVE, risk: { ...PERMISSIVE.risk, critical: "deny" } };
    expect(tier("critical", "low", strict)).toMatchObject({ code: "DENY_RISK_TIER" });
    expect(tier("harmless")).toMatchObject({ code: "DENY_RISK_TIER" });
    expect(tier("low", "low", { ...PERMISSIVE, risk: {} })).toMatchObject({ code: "DENY_RISK_TIER" });
  });

  test("holds from its own blast score on", () => {
    const at = (blast_score: number) => ask({ request: { blast_score } }).decision.deny_reason_if_denied;
    expect(at(94)).toBeNull();
    expect(at(95)).toMatchObject({ ...BLAST, blast_score: 95 });
  });

  test("needs to know the worker", () => {
    expect(reasonOf(ask({ facts: { skill: undefined } })).code).toBe("DENY_RISK_TIER");
  });
});

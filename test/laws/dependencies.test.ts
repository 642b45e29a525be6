import { describe, expect, test } from "vitest";
import { ask, reasonOf, rule, SPECIES } from "../decide/fixture.js";

const HASH = "a".repeat(64);
const throws = () => {
  throw new Error("s3cret");
};
const bare = { profile: null };

describe("controls", () => {
  const rules = [rule({ required_controls_suggested: ["ctrl.b.two_words", "ctrl.a.one", "ctrl.a.one"] })];
  const withControls = (controls: unknown) =>
    ask({ facts: { controls, skill: undefined }, question: { ...bare, rules } });

  test("are present whichever way they are spelled, and shown as the rule spells them", () => {
    const { decision } = withControls(new Set(["ctrl.b.two-words", "ctrl.a.one"]));
    expect(decision.denied).toBe(false);
    expect(decision.required_controls_effective).toEqual(["ctrl.a.one", "ctrl.b.two_words"]);
  });

  test("that are missing are named, sorted", () => {
    expect(reasonOf(withControls([]))).toMatchObject({
      code: "DENY_MISSING_REQUIRED_CONTROLS",
      missing: ["ctrl.a.one", "ctrl.b.two_words"],
    });
  });

  test.each([
    ["nothing", undefined],
    ["a number", 5],
    ["numbers", [5]],
  ])("%s is no controls", (_, controls) => {
    expect(withControls(controls).decision.denied).toBe(true);
  });
});

describe("the policy gate", () => {
  const rules = [rule({ escalation: { policy_gate: true, rationale: "ask" } })];
  const gate = (policyGate: unknown) =>
    ask({ facts: { policyGate, skill: undefined }, question: { ...bare, rules } });

  test.each([
    ["nothing", () => undefined],
    ["a promise", async () => ["ALLOW", "v", "r"]],
    ["a word", () => "ALLOW"],
    ["two texts", () => ["ALLOW", "v"]],
    ["four texts", () => ["ALLOW", "v", "r", "x"]],
    ["not texts", () => ["ALLOW", 5, null]],
    ["an exception", throws],
  ])("that answers %s is broken", (_, policyGate) => {
    const reason = reasonOf(gate(policyGate));
    expect(reason.code).toBe("DENY_INTERNAL_ERROR");
    expect(JSON.stringify(reason)).not.toContain("s3cret");
  });

  test.each(["allow", "", "PERMIT", "ALLOW "])("that says %j says nothing", (word) => {
    const judged = gate(() => [word, "v", "r"]);
    expect(reasonOf(judged).code).toBe("DENY_POLICY_GATE_INVALID_RESPONSE");
    expect(judged.decision.escalation_effective.rationale).toBe("invalid_gate_response");
  });

  test("denies, and asks for a human, in its own words", () => {
    const denied = gate(() => ["DENY", "v2", "closed\ud800"]);
    expect(reasonOf(denied)).toMatchObject({
      code: "DENY_POLICY_GATE",
      reason: "closed\ufffd",
      policy_version: "v2",
    });
    expect(denied.decision.escalation_effective.rationale).toBe("closed\ufffd");
    expect(reasonOf(gate(() => ["REQUIRE_HUMAN", "v2", "late"]))).toMatchObject({
      code: "DENY_REQUIRES_HUMAN_APPROVAL",
      reason: "late",
      policy_version: "v2",
      supervisor_required: true,
    });
  });

  test("gives its policy version to the events, and isn't told the request", () => {
    let told: object = {};
    const { decision } = gate((context: object) => {
      told = context;
      return ["ALLOW", "v9", "fine"];
    });
    expect(decision.telemetry_envelopes.at(-1)).toMatchObject({
      policy_version: "v9",
      reason: "policy_gate_allow",
    });
    expect(told).toEqual({
      capability_id: "cap.doc.search",
      tenant_id: "local",
      env: "dev",
      data_label: "INTERNAL",
      tenant_risk: "low",
      qos_class: "P2",
      policy_version: "policy.v0",
    });
  });

  test("that is missing denies", () =>
    expect(reasonOf(gate(undefined)).code).toBe("DENY_POLICY_GATE_UNCONFIGURED"));
});

describe("workers", () => {
  const rules = [
    rule({
      candidate_workers_ranked: [
        { score_hint: 2 },
        { worker_species_id: "wrk.a.b" },
        { worker_species_id: SPECIES },
        { worker_species_id: SPECIES },
      ],
    }),
  ];
  const reasons = (available: unknown) => {
    const { decision } = ask({ facts: { available, skill: undefined }, question: { ...bare, rules } });
    return [
      decision.selected_worker_species_id,
      ...decision.candidate_workers_ranked.map((c) => c.skip_reason),
    ];
  };

  test("the first available one in the rule's order is taken", () => {
    expect(reasons((s: string) => s === SPECIES)).toEqual([
      SPECIES,
      "missing_id",
      "unavailable",
      null,
      "already_selected",
    ]);
  });

  test("only a plain true is available", () => {
    expect(reasons(async () => true)).toEqual([
      null,
      "missing_id",
      "unavailable",
      "unavailable",
      "unavailable",
    ]);
    expect(reasons(() => 1)[0]).toBeNull();
  });

  test("a look-up that throws, or isn't one, makes nobody available", () => {
    const failed = "availability_check_failed";
    expect(reasons(throws)).toEqual([null, "missing_id", failed, failed, failed]);
    expect(reasons(undefined)[0]).toBeNull();
  });
});

describe("code attestation", () => {
  const config = { require_worker_attestation: true };
  const attest = (registeredHash: unknown, currentHash: unknown) =>
    ask({ facts: { registeredHash, currentHash, skill: undefined }, question: { ...bare, config } });

  test("that fits is said in the decision", () => {
    const { decision } = attest(
      () => HASH,
      () => HASH,
    );
    expect([decision.denied, decision.worker_attestation_checked, decision.worker_attestation_valid]).toEqual(
      [false, true, true],
    );
  });

  test.each([
    ["no look-up", undefined, () => HASH, "DENY_ATTESTATION_UNCONFIGURED"],
    ["no other look-up", () => HASH, undefined, "DENY_ATTESTATION_UNCONFIGURED"],
    ["nothing registered", () => undefined, () => HASH, "DENY_WORKER_ATTESTATION_MISSING"],
    ["a registry that throws", throws, () => HASH, "DENY_WORKER_ATTESTATION_MISSING"],
    ["a prefix", () => `sha256:${HASH}`, () => HASH, "DENY_WORKER_ATTESTATION_INVALID_HASH"],
    ["upper case", () => HASH.toUpperCase(), () => HASH, "DENY_WORKER_ATTESTATION_INVALID_HASH"],
    ["a trailing newline", () => `${HASH}\n`, () => HASH, "DENY_WORKER_ATTESTATION_INVALID_HASH"],
    ["a number", () => 5, () => HASH, "DENY_WORKER_ATTESTATION_INVALID_HASH"],
    ["a promise", async () => HASH, () => HASH, "DENY_WORKER_ATTESTATION_INVALID_HASH"],
    ["no current hash", () => HASH, () => null, "DENY_WORKER_HASH_UNAVAILABLE"],
    ["a reader that throws", () => HASH, throws, "DENY_WORKER_HASH_UNAVAILABLE"],
    ["another hash", () => HASH, () => "b".repeat(64), "DENY_WORKER_TAMPERED"],
  ])("with %s denies, and shows no hash", (_, registered, current, code) => {
    const judged = attest(registered, current);
    expect(reasonOf(judged).code).toBe(code);
    expect(judged.decision.worker_attestation_valid).toBe(code === "DENY_WORKER_TAMPERED" ? false : null);
    expect(JSON.stringify(judged)).not.toMatch(/a{64}|b{64}|s3cret/);
  });
});

describe("privilege", () => {
  const rules = [rule({ required_controls_suggested: ["ctrl.privilege-envelopes-required"] })];
  const check = (envelope: unknown, privilegeAllows: unknown, env = "dev", question: object = { rules }) =>
    ask({
      request: { env },
      facts: { envelope, privilegeAllows, skill: undefined, controls: ["ctrl.privilege_envelopes_required"] },
      question: { ...bare, ...question },
    });
  const fine = () => [true, "ok"];

  test("is checked for the control in either spelling, or for the floor", () => {
    const floor = { config: { enforce_privilege_envelopes: true } };
    for (const question of [{ rules }, floor]) {
      const { decision } = check(() => ({}), fine, "dev", question);
      expect(
        decision.telemetry_envelopes.some((e) => e["event_id"] === "evt.gov.privilege_envelope.checked"),
      ).toBe(true);
    }
  });

  test("asks each look-up once", () => {
    let asked = 0;
    check(
      () => ++asked,
      () => [++asked > 0, "ok"],
    );
    expect(asked).toBe(2);
  });

  test("without an envelope goes through in dev, never in production", () => {
    expect(check(() => null, fine).decision.denied).toBe(false);
    expect(reasonOf(check(() => undefined, fine, "prod")).code).toBe("DENY_PRIVILEGE_ENVELOPE_VIOLATED");
  });

  test.each([
    ["no envelopes", undefined, fine, "DENY_PRIVILEGE_ENVELOPE_UNCONFIGURED"],
    ["no rule for them", () => ({}), undefined, "DENY_PRIVILEGE_ENVELOPE_UNCONFIGURED"],
    ["a no", () => ({}), () => [false, "too wide"], "DENY_PRIVILEGE_ENVELOPE_VIOLATED"],
    ["a word that is truthy", () => ({}), () => ["no", "x"], "DENY_INTERNAL_ERROR"],
    ["a promise", () => ({}), async () => [true, "ok"], "DENY_INTERNAL_ERROR"],
    ["a look-up that throws", throws, fine, "DENY_INTERNAL_ERROR"],
    ["a rule that throws", () => ({}), throws, "DENY_INTERNAL_ERROR"],
  ])("with %s denies", (_, envelope, allows, code) => {
    const reason = reasonOf(check(envelope, allows));
    expect(reason.code).toBe(code);
    expect(JSON.stringify(reason)).not.toContain("s3cret");
  });

  test("says in the reference's words that a look-up threw", () => {
    expect(reasonOf(check(throws, fine)).message).toBe("Privilege envelope check raised an exception.");
  });
});

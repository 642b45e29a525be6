import { describe, expect, test } from "vitest";
import type { SkillFacts } from "../../src/protocol/facts.js";
import { ACTIVE, AUDIT, ask, reasonOf, SKILL, WORKER } from "./fixture.js";

/** The house's checks in their order: what speaks against the call, and the code that says so. */
const AGAINST: readonly (readonly [string, Partial<Record<keyof SkillFacts, unknown>>, string])[] = [
  ["the gate stopped", { gate: "DENY_AUDIT_UNAVAILABLE" }, "DENY_AUDIT_UNAVAILABLE"],
  ["the gate stopped for a reason unheard of", { gate: "unknown" }, "DENY_INTERNAL_ERROR"],
  ["no policy applied", { policy: "not_applied" }, "DENY_POLICY_NOT_APPLIED"],
  ["policy unknown", { policy: "unknown" }, "DENY_POLICY_UNAVAILABLE"],
  ["clock behind", { clock: "behind" }, "DENY_CLOCK_INVALID"],
  ["clock unknown", { clock: "unknown" }, "DENY_CLOCK_INVALID"],
  ["hidden", { visible: false }, "DENY_UNKNOWN_SKILL"],
  ["visible unknown", { visible: "unknown" }, "DENY_UNKNOWN_SKILL"],
  ["namespace", { namespace: "not_authorized" }, "DENY_NAMESPACE_NOT_AUTHORIZED"],
  ["namespace unknown", { namespace: "unknown" }, "DENY_NAMESPACE_NOT_AUTHORIZED"],
  ["standing unknown", { standing: "unknown" }, "DENY_STANDING_UNKNOWN"],
  ["skill banned", { standing: { ...ACTIVE, skill: "banned" } }, "DENY_SKILL_BANNED"],
  ["hash banned", { standing: { ...ACTIVE, hash: "banned", skill: "revoked" } }, "DENY_SKILL_BANNED"],
  ["publisher banned", { standing: { ...ACTIVE, publisher: "banned" } }, "DENY_SKILL_BANNED"],
  [
    "version revoked",
    { standing: { ...ACTIVE, version: "revoked", adapter: "degraded" } },
    "DENY_SKILL_REVOKED",
  ],
  ["worker revoked", { standing: { ...ACTIVE, worker: "revoked" } }, "DENY_SKILL_REVOKED"],
  [
    "adapter degraded",
    { standing: { ...ACTIVE, adapter: "degraded", publisher: "revoked" } },
    "DENY_ADAPTER_DEGRADED",
  ],
  ["publisher revoked", { standing: { ...ACTIVE, publisher: "revoked" } }, "DENY_PUBLISHER_REVOKED"],
  ["one standing unknown", { standing: { ...ACTIVE, hash: "unknown" } }, "DENY_STANDING_UNKNOWN"],
  ["one standing missing", { standing: { skill: "active" } }, "DENY_STANDING_UNKNOWN"],
  ["definition changed", { definition: "changed" }, "DENY_DEFINITION_CHANGED"],
  ["definition never accepted", { definition: "unaccepted" }, "DENY_DEFINITION_CHANGED"],
  ["definition unknown", { definition: "unknown" }, "DENY_DEFINITION_CHANGED"],
  ["definition missing", { definition: undefined }, "DENY_DEFINITION_CHANGED"],
  ["definition accepted, or so a list says", { definition: ["accepted"] }, "DENY_DEFINITION_CHANGED"],
  ["no certificate", { certificate: "missing" }, "DENY_NOT_CERTIFIED"],
  ["bad certificate", { certificate: "invalid" }, "DENY_NOT_CERTIFIED"],
  ["certificate unknown", { certificate: "unknown" }, "DENY_NOT_CERTIFIED"],
  ["certificate expired", { certificate: "expired" }, "DENY_CERTIFICATE_EXPIRED"],
  ["attestation", { attestation: { ok: false, code: "ATTEST_BANNED_HASH" } }, "ATTEST_BANNED_HASH"],
  ["attestation unknown", { attestation: "unknown" }, "ATTEST_MANIFEST_MISSING"],
  [
    "attestation with a made-up code",
    { attestation: { ok: false, code: "DENY_X" } },
    "ATTEST_MANIFEST_MISSING",
  ],
  [
    "arguments",
    { arguments: { ok: false, problems: [{ path: "query", keyword: "type" }] } },
    "DENY_INVALID_INPUT",
  ],
  ["arguments unknown", { arguments: "unknown" }, "DENY_INTERNAL_ERROR"],
  ["risk tier unknown", { worker: "unknown" }, "DENY_RISK_TIER"],
  [
    "another species",
    { worker: { ...WORKER, worker_species_id: "wrk.db.reader" } },
    "DENY_NO_AVAILABLE_WORKER",
  ],
  ["capability not served", { worker: { ...WORKER, capabilities: [] } }, "DENY_NO_AVAILABLE_WORKER"],
  ["environment", { worker: { ...WORKER, allowed_environments: ["prod"] } }, "DENY_ENVIRONMENT_NOT_ALLOWED"],
  ["own control", { worker: { ...WORKER, required_controls: ["ctrl.a.b"] } }, "DENY_CONTROL_MISSING"],
  ["containment unknown", { containment: "unknown" }, "DENY_CONTAINMENT_UNAVAILABLE"],
  ["approval unknown", { approval: "unknown" }, "DENY_INTERNAL_ERROR"],
];

describe("the house's checks", () => {
  test("let a call through that nothing speaks against", () => {
    expect(ask({}).decision.denied).toBe(false);
  });

  test.each(AGAINST)("%s", (_, skill, code) => {
    expect(reasonOf(ask({ skill })).code).toBe(code);
  });

  test("come in this order: of two that speak against a call, the earlier answers", () => {
    for (let i = 0; i < AGAINST.length - 1; i++) {
      for (let j = i + 1; j < AGAINST.length; j++) {
        const [name, first, code] = AGAINST[i] as (typeof AGAINST)[number];
        const [other, second] = AGAINST[j] as (typeof AGAINST)[number];
        if (Object.keys(first)[0] === Object.keys(second)[0]) continue;
        expect([name, other, reasonOf(ask({ skill: { ...second, ...first } })).code]).toEqual([
          name,
          other,
          code,
        ]);
      }
    }
  });

  test("don't exist where the Hall doesn't know the skill", () => {
    expect(ask({ facts: { skill: undefined }, question: { profile: null } }).decision.denied).toBe(false);
  });

  test("come after the caller's and before the rules'", () => {
    expect(reasonOf(ask({ request: { tenant_id: "" }, skill: { policy: "unknown" } })).code).toBe(
      "DENY_MISSING_TENANT_ID",
    );
    expect(reasonOf(ask({ skill: { arguments: "unknown" }, question: { rules: [] } })).code).toBe(
      "DENY_INTERNAL_ERROR",
    );
  });

  test("name the paths of broken arguments", () => {
    const problems = [{ path: "query", keyword: "maxLength", value: "s3cret" }];
    const reason = reasonOf(ask({ skill: { arguments: { ok: false, problems } } }));
    expect(reason["problems"]).toEqual([{ path: "query", keyword: "maxLength" }]);
  });

  test("count a worker's own claims for that worker, and the Hall's controls for all", () => {
    const needs = { required_controls: ["ctrl.a.b", AUDIT], currently_implements: ["ctrl.a_b"] };
    const worker = { ...WORKER, ...needs, required_controls: ["ctrl.a.b", "ctrl.a-b", AUDIT] };
    const reason = reasonOf(ask({ skill: { worker } }));
    expect(reason).toMatchObject({ code: "DENY_CONTROL_MISSING", missing: ["ctrl.a.b"] });
    const claimed = { ...worker, currently_implements: ["ctrl.a.b", "ctrl.a_b"] };
    expect(ask({ skill: { worker: claimed } }).decision.denied).toBe(false);
  });
});

describe("code that the host holds", () => {
  const uncertified = { certificate: "missing", attestation: "unknown" };

  test("runs by its accepted definition: nobody certified or attested it", () => {
    expect(ask({ skill: { ...uncertified, definition: "accepted" } }).decision.denied).toBe(false);
    expect(reasonOf(ask({ skill: { ...uncertified, definition: "own" } })).code).toBe("DENY_NOT_CERTIFIED");
  });

  test("meets every other check", () => {
    const skipped = ["certificate", "attestation", "definition"];
    for (const [name, skill, code] of AGAINST) {
      if (skipped.some((member) => member in skill)) continue;
      const accepted = { ...uncertified, definition: "accepted", ...skill };
      expect([name, reasonOf(ask({ skill: accepted })).code]).toEqual([name, code]);
    }
  });

  test("has no registered hash where the policy asks for one", () => {
    const facts = { registeredHash: () => null, currentHash: () => null };
    const skill = { ...SKILL, ...uncertified, definition: "accepted" };
    const asked = ask({
      facts: { ...facts, skill },
      question: { config: { require_worker_attestation: true } },
    });
    expect(reasonOf(asked).code).toBe("DENY_WORKER_ATTESTATION_MISSING");
  });
});

describe("containment that the profile requires", () => {
  const enforced = {
    network: "enforced",
    files: "enforced",
    processes: "enforced",
    memory: "enforced",
    signals: "none",
  };
  const required = {
    profile_id: "p",
    blast_hold_at: 95,
    containment: "required",
    approval: "approve",
  } as const;
  const risk = { low: "allow", medium: "allow", high: "hold", critical: "hold" } as const;
  const asked = (containment: object, worker: object = WORKER) =>
    ask({ skill: { containment, worker }, question: { profile: { ...required, risk } } }).decision;

  test("lets through what is enforced", () => expect(asked(enforced).denied).toBe(false));

  test.each(["network", "files", "processes", "memory"])("denies when %s is only partly enforced", (name) => {
    expect(asked({ ...enforced, [name]: "partial" }).deny_reason_if_denied?.code).toBe(
      "DENY_CONTAINMENT_UNAVAILABLE",
    );
  });

  test("doesn't ask for what the envelope leaves open", () => {
    const envelope = { ...WORKER.privilege_envelope, network_egress: "broad" };
    expect(asked({ ...enforced, network: "none" }, { ...WORKER, privilege_envelope: envelope }).denied).toBe(
      false,
    );
  });

  const none = { network: "none", files: "none", processes: "none", memory: "none", signals: "none" };

  test("is only recorded where it isn't required", () => {
    expect(ask({ skill: { ...SKILL, containment: none } }).decision.denied).toBe(false);
    const accepted = { ...SKILL, definition: "accepted", containment: none };
    expect(ask({ skill: accepted }).decision.denied).toBe(false);
  });

  test("keeps out code that the host holds, whatever its envelope leaves open", () => {
    const open = { ...WORKER.privilege_envelope, network_egress: "broad", filesystem_writes: ["/"] };
    const skill = {
      ...SKILL,
      definition: "accepted",
      containment: none,
      worker: { ...WORKER, privilege_envelope: open },
    };
    const asked = ask({ skill, question: { profile: { ...required, risk } } });
    expect(reasonOf(asked).code).toBe("DENY_CONTAINMENT_UNAVAILABLE");
  });
});

import { describe, expect, test } from "vitest";
import { DENIALS, DENY_CODES, denialOf } from "../../src/protocol/deny.js";
import { FAULTS } from "../../src/protocol/fault.js";
import { FAULT_CODES } from "../../src/protocol/outcome.js";
import { ATTEST_CODES } from "../../src/protocol/package.js";

const HOUSE = `DENY_POLICY_NOT_APPLIED, DENY_POLICY_UNAVAILABLE, DENY_UNKNOWN_SKILL, DENY_NAMESPACE_NOT_AUTHORIZED,
DENY_STANDING_UNKNOWN, DENY_SKILL_REVOKED, DENY_SKILL_BANNED, DENY_ADAPTER_DEGRADED, DENY_PUBLISHER_REVOKED,
DENY_NOT_CERTIFIED, DENY_CERTIFICATE_EXPIRED, DENY_ENVIRONMENT_NOT_ALLOWED, DENY_CONTROL_MISSING, DENY_RISK_TIER,
DENY_DATA_LABEL, DENY_EGRESS_NOT_ALLOWED, DENY_MEMORY_SCOPE, DENY_CHAIN_INVALID, DENY_CONTAINMENT_UNAVAILABLE,
DENY_APPROVAL_EXPIRED, DENY_APPROVAL_REFUSED, DENY_RATE_LIMITED, DENY_DEADLINE, DENY_CLOCK_INVALID,
DENY_AUDIT_UNAVAILABLE, DENY_DEFINITION_CHANGED`;
const WCP = `DENY_UNKNOWN_TENANT, DENY_MISSING_TENANT_ID, DENY_INVALID_INPUT, DENY_SHADOW_RULES_DETECTED,
DENY_NO_MATCHING_RULE, DENY_MISSING_CORRELATION_ID, DENY_MISSING_REQUIRED_CONTROLS, DENY_REQUIRES_HUMAN,
DENY_POLICY_GATE_UNCONFIGURED, DENY_INTERNAL_ERROR, DENY_REQUIRES_HUMAN_APPROVAL, DENY_POLICY_GATE,
DENY_POLICY_GATE_INVALID_RESPONSE, DENY_NO_AVAILABLE_WORKER, DENY_ATTESTATION_UNCONFIGURED,
DENY_WORKER_ATTESTATION_MISSING, DENY_WORKER_ATTESTATION_INVALID_HASH, DENY_WORKER_HASH_UNAVAILABLE,
DENY_WORKER_TAMPERED, DENY_PRIVILEGE_ENVELOPE_UNCONFIGURED, DENY_PRIVILEGE_ENVELOPE_VIOLATED`;
const codes = (list: string): string[] => list.split(/,\s+/);

describe("the table of denials", () => {
  test("has the codes of wcp.md 3.5, of attestation and of the house, and no other", () => {
    expect([...DENY_CODES].sort()).toEqual([...codes(HOUSE), ...codes(WCP), ...ATTEST_CODES].sort());
  });

  test.each(DENY_CODES)("%s says what happened and who can help, and no command", (code) => {
    const row = DENIALS[code];
    expect(row.code).toBe(code);
    for (const text of [row.message, row.helps]) {
      expect(text).toMatch(/^[A-Z].{10,140}\.$/);
      expect(text).not.toMatch(/`|\bhall \w+ |--|rules\.json|config\.json|DENY_/);
    }
  });

  test("becomes what a surface shows", () => {
    const problems = [{ path: "query", keyword: "type" }];
    expect(denialOf({ code: "DENY_INVALID_INPUT", message: "m", problems })).toEqual({
      code: "DENY_INVALID_INPUT",
      message: "m",
      helps: DENIALS.DENY_INVALID_INPUT.helps,
      retryable: false,
      problems,
    });
    expect("problems" in denialOf({ code: "DENY_DEADLINE", message: "m" })).toBe(false);
  });
});

test("the table of faults has every fault", () => {
  expect(Object.keys(FAULTS).sort()).toEqual([...FAULT_CODES].sort());
});

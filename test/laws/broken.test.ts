import { afterAll, describe, expect, test } from "vitest";
import { type GateParts, makeGate } from "../../src/hall/gate.js";
import type { Sources } from "../../src/hall/situation.js";
import { CALLER, NOTES_RULES, openNotesHall, policyOf } from "../hall/memoryHall.js";

/*
 * Each dependency of the gate made to throw, to answer garbage or nothing, or never to answer: no handler result
 * reaches the caller, and the code is the one of formats.md (A broken dependency).
 */

const never = () => new Promise<never>(() => {});
const WAYS: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new Error("secret of the house");
  },
  rejects: () => Promise.reject(new Error("secret of the house")),
  "answers garbage": () => ({ garbage: true, ok: "yes", kind: "done" }),
  "answers a text": () => "ALLOW",
  "answers true": () => true,
  "answers nothing": () => undefined,
  "never answers": never,
};

type Broken = {
  readonly name: string;
  readonly code: string;
  breakIt(parts: GateParts, way: () => unknown): GateParts;
};

const source = (name: string, key: keyof Sources, code: string): Broken => ({
  name,
  code,
  breakIt: (parts, way) => ({ ...parts, sources: { ...parts.sources, [key]: way } }),
});

const TABLE: readonly Broken[] = [
  source("rules and config", "policy", "DENY_POLICY_UNAVAILABLE"),
  source("standing", "standing", "DENY_STANDING_UNKNOWN"),
  source("certificate", "certificate", "DENY_NOT_CERTIFIED"),
  source("attestation", "attestation", "ATTEST_MANIFEST_MISSING"),
  source("policy gate", "policyGate", "DENY_INTERNAL_ERROR"),
  source("schema", "schema", "DENY_INTERNAL_ERROR"),
  source("clock", "clock", "DENY_CLOCK_INVALID"),
  source("ledger, reading", "ledger", "DENY_AUDIT_UNAVAILABLE"),
  {
    name: "ledger, writing",
    code: "DENY_AUDIT_UNAVAILABLE",
    breakIt: (parts, way) => {
      const store = parts.store();
      return { ...parts, store: () => ({ ...store, write: way as typeof store.write }) };
    },
  },
  {
    name: "runner",
    code: "RUNNER_UNAVAILABLE",
    breakIt: (parts, way) => ({
      ...parts,
      runner: { ...parts.runner, run: way as typeof parts.runner.run },
      patience: { queueMs: 100, graceMs: 100 },
    }),
  },
];

describe("a dependency of the gate that breaks", async () => {
  const rules = NOTES_RULES.map((rule) => ({
    ...rule,
    decision: { ...rule.decision, escalation: { policy_gate: true } },
  }));
  const parts = await openNotesHall({
    policy: () => policyOf(rules),
    policyGate: () => ["ALLOW", "policy.v1", "fine"],
  });
  afterAll(() => parts.hall.close());

  test("works when nothing is broken", async () => {
    const outcome = await makeGate(parts.gateParts, CALLER).invoke("search_notes", { query: "tea" });
    expect(outcome).toMatchObject({ kind: "done" });
  });

  for (const { name, code, breakIt } of TABLE) {
    for (const [how, way] of Object.entries(WAYS)) {
      test.concurrent(`${name} ${how}: ${code}`, async () => {
        const gate = makeGate(breakIt(parts.gateParts, way), CALLER);
        const outcome = await gate.invoke("search_notes", { query: "tea" });
        const found =
          outcome.kind === "denied"
            ? outcome.denial.code
            : outcome.kind === "failed"
              ? outcome.fault.code
              : outcome.kind;
        expect(found).toBe(code);
        expect(outcome).not.toHaveProperty("output");
        expect(JSON.stringify(outcome)).not.toContain("secret of the house");
      });
    }
  }
});

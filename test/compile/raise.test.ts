import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Declared, raiseRisk } from "../../src/compile/raise.js";
import { RISK_TIERS } from "../../src/protocol/request.js";
import type { BlastRadius, PrivilegeEnvelope } from "../../src/protocol/worker.js";
import { DATA } from "./notes.js";

const blast = { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 };
const envelope: PrivilegeEnvelope = {
  secrets_access: [],
  network_egress: "none",
  filesystem_writes: [DATA],
  tools: [],
};
const declare = (change: Partial<Declared> = {}): Declared => ({
  risk_tier: "low",
  blast_radius: blast,
  privilege_envelope: envelope,
  capabilities: ["cap.doc.search"],
  worker: { species: "wrk.doc.searcher" },
  ...change,
});
const ofEnvelope = (change: Partial<PrivilegeEnvelope>) =>
  raiseRisk(declare({ privilege_envelope: { ...envelope, ...change } })).risk_tier;
const ofBlast = (change: Partial<BlastRadius>) =>
  raiseRisk(declare({ blast_radius: { ...blast, ...change } })).risk_tier;

describe("policy.md, Risk", () => {
  test("what the envelope implies", () => {
    expect(ofEnvelope({})).toBe("low");
    expect(ofEnvelope({ filesystem_writes: [DATA, `${DATA}/cache`] })).toBe("low");
    expect(ofEnvelope({ network_egress: "allowlisted" })).toBe("low");
    expect(ofEnvelope({ network_egress: "broad" })).toBe("medium");
    expect(ofEnvelope({ secrets_access: ["TOKEN"] })).toBe("medium");
    expect(ofEnvelope({ filesystem_writes: ["/var/log"] })).toBe("medium");
    expect(ofEnvelope({ filesystem_writes: [`${DATA}x`] })).toBe("medium");
  });

  test("what the envelope says of the blast radius", () => {
    const blastOf = (change: Partial<PrivilegeEnvelope>) =>
      raiseRisk(declare({ privilege_envelope: { ...envelope, ...change } })).blast_radius;
    expect(blastOf({})).toEqual(blast);
    expect(blastOf({ filesystem_writes: ["/srv"] }).data).toBe(3);
    expect(blastOf({ network_egress: "allowlisted" }).network).toBe(1);
    expect(blastOf({ network_egress: "broad" }).network).toBe(3);
  });

  test("what the blast radius implies", () => {
    expect(ofBlast({ financial: 2, reversibility: 3, data: 4, network: 5, time: 5 })).toBe("low");
    expect(ofBlast({ financial: 3 })).toBe("high");
    expect(ofBlast({ reversibility: 4 })).toBe("high");
    expect(ofBlast({ data: 5 })).toBe("high");
    expect(ofBlast({ financial: 5 })).toBe("critical");
    expect(ofBlast({ data: 5, reversibility: 5 })).toBe("critical");
  });

  test("what the catalogue implies, for capabilities and species", () => {
    const raised = raiseRisk(declare({ capabilities: ["cap.doc.search", "cap.db.write"] }));
    expect(raised.risk_tier).toBe("medium");
    expect(raised.blast_radius).toEqual({ data: 2, network: 0, financial: 1, time: 1, reversibility: 2 });
    expect(raiseRisk(declare({ worker: { species: "wrk.doc.signing.worker" } })).risk_tier).toBe("critical");
    expect(raiseRisk(declare({ capabilities: ["cap.doc.redact"] })).blast_radius.reversibility).toBe(5);
  });

  test("raising never lowers, and raising twice changes nothing", () => {
    const level = fc.integer({ min: 0, max: 5 });
    const any = fc.record({
      risk_tier: fc.constantFrom(...RISK_TIERS),
      blast_radius: fc.record({
        data: level,
        network: level,
        financial: level,
        time: level,
        reversibility: level,
      }),
      privilege_envelope: fc.record({
        secrets_access: fc.subarray(["TOKEN"]),
        network_egress: fc.constantFrom("none" as const, "allowlisted" as const, "broad" as const),
        filesystem_writes: fc.subarray([DATA, "/tmp"]),
        tools: fc.constant([]),
      }),
      capabilities: fc.subarray(["cap.doc.search", "cap.db.write", "cap.doc.sign", "cap.db.read"], {
        minLength: 1,
      }),
      worker: fc.record({ species: fc.constantFrom("wrk.doc.searcher", "wrk.dlq.janitor") }),
    });
    fc.assert(
      fc.property(any, (declared) => {
        const once = raiseRisk(declared);
        expect(RISK_TIERS.indexOf(once.risk_tier)).toBeGreaterThanOrEqual(
          RISK_TIERS.indexOf(declared.risk_tier),
        );
        for (const name of ["data", "network", "financial", "time", "reversibility"] as const) {
          expect(once.blast_radius[name]).toBeGreaterThanOrEqual(declared.blast_radius[name]);
        }
        expect(raiseRisk({ ...declared, ...once })).toEqual({ ...once, reasons: [] });
        expect(once.reasons.length > 0).toBe(once.risk_tier !== declared.risk_tier);
      }),
    );
  });
});

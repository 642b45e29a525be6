import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PolicyDocument } from "../../src/evidence/policy.js";
import { policyChanges, policyDetails } from "../../src/lifecycle/policyChanges.js";
import { canonicalJson, type Json, type JsonObject } from "../../src/protocol/canonical.js";

const document: PolicyDocument = {
  v: 1,
  config: {
    env: "dev",
    tenant: "local",
    publishers: [{ key: "k1", namespaces: ["x.a"] }],
    namespaces: { local: ["x.a"] },
  },
  rules: { rules: [rule("rr_a"), rule("rr_b")] },
  profile: { profile_id: "p", blast_hold_at: 95 },
  tables: { blast: { base: 10 } },
  catalogue: "00",
};

function rule(rule_id: string, more: JsonObject = {}): JsonObject {
  return { rule_id, match: { capability_id: "cap.doc.search" }, ...more };
}

function changesOf(change: Partial<PolicyDocument>): readonly string[] {
  return policyChanges(document, { ...document, ...change });
}

describe("what a person is shown before saying yes", () => {
  test("a changed member, an added one, a removed one", () => {
    const { tenant: _, ...config } = document.config;
    expect(changesOf({ config: { ...config, env: "stage", controls: ["ctrl.a"] } })).toEqual([
      'config.env: "dev" becomes "stage"',
      'config.tenant removed (was "local")',
      'config.controls: ["ctrl.a"]',
    ]);
  });

  test("items that lists get and lose", () => {
    const publishers = [{ key: "k2", namespaces: ["x.a"] }];
    expect(
      changesOf({ config: { ...document.config, publishers, namespaces: { local: ["x.a", "x.b"] } } }),
    ).toEqual([
      'config.publishers loses {"key":"k1","namespaces":["x.a"]}',
      'config.publishers gets {"key":"k2","namespaces":["x.a"]}',
      'config.namespaces.local gets "x.b"',
    ]);
  });

  test("rules by their ids: added with their place, removed, changed, reordered", () => {
    const changed = rule("rr_a", { match: { capability_id: "cap.doc.write" } });
    expect(changesOf({ rules: { rules: [changed, rule("rr_c")] } })).toEqual([
      'rule rr_b removed (was {"match":{"capability_id":"cap.doc.search"}})',
      'rule rr_a.match.capability_id: "cap.doc.search" becomes "cap.doc.write"',
      'rule rr_c added, 2 of 2: {"match":{"capability_id":"cap.doc.search"}}',
    ]);
    expect(changesOf({ rules: { rules: [rule("rr_b"), rule("rr_a")] } })).toEqual([
      "rules are tried in the order rr_b, rr_a",
    ]);
  });

  test("rules over lines for whoever is asked, and no text of a rule makes a line of its own", () => {
    const added = rule("rr_c", { decision: { escalation: { rationale: "a\nb\u202e" } } });
    const after = { ...document, rules: { rules: [rule("rr_a"), added] } };
    expect(policyDetails(document, after)).toEqual([
      "rule rr_b removed (was {",
      '  "match": {',
      '    "capability_id": "cap.doc.search"',
      "  }",
      "})",
      "rule rr_c added, 2 of 2: {",
      '  "match": {',
      '    "capability_id": "cap.doc.search"',
      "  },",
      '  "decision": {',
      '    "escalation": {',
      '      "rationale": "a\\nb\\u202e"',
      "    }",
      "  }",
      "}",
    ]);
  });

  test("profile, tables and catalogue", () => {
    expect(changesOf({ profile: null, tables: { blast: { base: 0 } }, catalogue: "01" })).toEqual([
      'profile: {"profile_id":"p","blast_hold_at":95} becomes null',
      "tables.blast.base: 10 becomes 0",
      'catalogue: "00" becomes "01"',
    ]);
  });

  test("a first policy whole", () => {
    const lines = policyChanges(null, document).join("\n");
    for (const part of [
      "config.env",
      "config.publishers",
      "rule rr_a",
      "rule rr_b",
      "blast_hold_at",
      "catalogue",
    ]) {
      expect(lines).toContain(part);
    }
  });

  test("no line of it can be forged by a file's text", () => {
    const lines = changesOf({ config: { ...document.config, "x\nconfig.env: ": "\u202e" } });
    expect(lines).toEqual(['config.x\\u000aconfig.env: : "\\u202e"']);
  });
});

const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<Json>(null, true, 0, 1, "a", "b"),
    fc.array(tie("value"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { noNullPrototype: true }),
  ),
})).value;
const object = fc.dictionary(fc.constantFrom("a", "b", "c"), json, { noNullPrototype: true });
const rules = fc
  .uniqueArray(fc.tuple(fc.constantFrom("r1", "r2", "r3"), json), { selector: ([id]) => id, maxLength: 3 })
  .map((list) => ({ rules: list.map(([rule_id, match]) => ({ rule_id, match })) }));
const documents: fc.Arbitrary<PolicyDocument> = fc.record({
  v: fc.constant(1 as const),
  config: object,
  rules,
  profile: fc.option(object),
  tables: object,
  catalogue: fc.constantFrom("00", "01"),
});

test("law: there is nothing to show exactly when nothing changes", () => {
  fc.assert(
    fc.property(documents, documents, (a, b) => {
      expect(policyChanges(a, a)).toEqual([]);
      expect(policyChanges(a, b).length === 0).toBe(canonicalJson(a) === canonicalJson(b));
    }),
    { numRuns: 1000 },
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkManifest } from "../../src/compile/checkManifest.js";
import { compileRules, parseRules, ruleFor } from "../../src/decide/rules.js";
import { humanReason, proposeRules, withProposals } from "../../src/lifecycle/allowRules.js";
import type { JsonObject } from "../../src/protocol/canonical.js";
import type { SkillManifest } from "../../src/protocol/skill.js";

const caller = { data_label: "INTERNAL", tenant_risk: "low", qos_class: "P2" } as const;

function manifest(
  name: string,
  capabilities: readonly string[],
  species = "wrk.doc.searcher",
): SkillManifest {
  const checked = checkManifest({
    manifest_version: "1",
    namespace: "org.acme",
    name,
    version: "1.0.0",
    title: "A",
    description: "A",
    worker: { species },
    risk_tier: "low",
    policy_tier: 2,
    capabilities,
    allowed_environments: ["dev"],
    blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 },
    tools: capabilities.map((capability, i) => ({
      name: `t${i}`,
      description: "x",
      capability,
      input_schema: { type: "object" },
      handler: "a.ts",
    })),
  });
  if ("problems" in checked) throw new Error(JSON.stringify(checked.problems));
  return checked.manifest;
}

function matching(rules: readonly JsonObject[], capability_id: string) {
  return ruleFor(compileRules(rules), { ...caller, env: "dev", capability_id });
}

describe("rules that allow a skill in dev", () => {
  test("one for each capability, in words that the rule reader takes", () => {
    const skill = manifest("my-notes", ["cap.doc.search", "cap.doc.write"]);
    const rules = withProposals([], proposeRules(skill, { caller }, []));
    expect(rules.map(({ rule_id }) => rule_id)).toEqual([
      "rr_my_notes_search_dev_001",
      "rr_my_notes_write_dev_001",
    ]);
    expect(parseRules({ rules })).toHaveProperty("rules");
  });

  test("a rule that is there already, even a wider one, only learns of the worker", () => {
    const skill = manifest("b", ["cap.doc.search"], "wrk.doc.other");
    const mine = {
      rule_id: "mine",
      match: {},
      decision: {
        candidate_workers_ranked: [{ worker_species_id: "wrk.doc.searcher" }],
        escalation: { human_required_default: true },
      },
    };
    const found = proposeRules(skill, { caller }, [mine]);
    const [after] = withProposals([mine], found);
    expect(after).toMatchObject({
      rule_id: "mine",
      match: {},
      decision: { escalation: { human_required_default: true } },
    });
    expect(matching([after ?? {}], "cap.doc.search")?.candidates.map((c) => c.worker_species_id)).toEqual([
      "wrk.doc.searcher",
      "wrk.doc.other",
    ]);
    expect(proposeRules(skill, { caller }, [after ?? {}])).toEqual([]);
  });

  test("ids are free in the rules in force and in the file; a pending rule that says the same is the one", () => {
    const skill = manifest("a", ["cap.doc.search"]);
    const [first] = proposeRules(skill, { caller }, []).map(({ rule }) => rule);
    const other = { rule_id: "rr_a_search_dev_001", match: { env: "prod" } };
    expect(proposeRules(skill, { caller }, [], [other])[0]?.rule).toMatchObject({
      rule_id: "rr_a_search_dev_002",
    });
    const pending = { ...first, rule_id: "as_i_call_it" };
    expect(proposeRules(skill, { caller }, [], [pending])[0]?.rule).toEqual(pending);
  });

  test("law: with the proposals in force every capability's rule lists the worker, and there is nothing left to propose", () => {
    const ids = fc.constantFrom("cap.doc.search", "cap.doc.write", "cap.mem.read", "cap.db.read");
    const skills = fc.array(
      fc.tuple(
        fc.constantFrom("a", "b"),
        fc.uniqueArray(ids, { minLength: 1 }),
        fc.constantFrom("wrk.a.b", "wrk.c.d"),
      ),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(skills, (list) => {
        let rules: readonly JsonObject[] = [];
        for (const [name, capabilities, species] of list) {
          const skill = manifest(name, capabilities, species);
          const found = proposeRules(skill, { caller }, rules);
          rules = withProposals(rules, found);
          expect(withProposals(rules, found)).toEqual(rules);
          expect(proposeRules(skill, { caller }, rules)).toEqual([]);
          for (const capability of capabilities) {
            expect(matching(rules, capability)?.candidates.some((c) => c.worker_species_id === species)).toBe(
              true,
            );
          }
        }
        expect(new Set(rules.map(({ rule_id }) => rule_id)).size).toBe(rules.length);
      }),
    );
  });
});

test.each([
  ["cap.doc.write", "low", true],
  ["cap.data.delete", "low", true],
  ["cap.notify.send-email", "low", true],
  ["cap.doc.sign", "low", true],
  ["cap.db.migrate", "low", true],
  ["cap.doc.search", "high", true],
  ["cap.doc.search", "low", false],
  ["cap.mem.read", "low", false],
] as const)("%s at risk %s asks a human: %s", (capability, risk_tier, asks) => {
  expect(humanReason(capability, { risk_tier }) !== undefined).toBe(asks);
});

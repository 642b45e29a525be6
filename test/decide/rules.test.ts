import { describe, expect, test } from "vitest";
import { approvalNeed, compileRules, parseRules, ruleFor } from "../../src/decide/rules.js";
import { ask, REQUEST, reasonOf, rule, SPECIES } from "./fixture.js";

const cell = { ...REQUEST, capability_id: "cap.doc.search" } as never;
const matched = (...matches: unknown[]) =>
  ruleFor(compileRules(matches.map((match, i) => ({ rule_id: `r${i}`, match }))), cell)?.rule_id;

describe("conditions, read leniently", () => {
  test.each([
    ["no match at all", undefined, "r0"],
    ["no condition", {}, "r0"],
    ["any", { env: { any: true } }, "r0"],
    ["a word", { env: "dev" }, "r0"],
    ["another word", { env: "prod" }, undefined],
    ["a list", { env: { in: ["prod", "dev"] } }, "r0"],
    ["an empty list", { env: { in: [] } }, undefined],
    ["a text instead of a list", { env: { in: "prod,dev" } }, undefined],
    ["eq", { env: { eq: "dev" } }, "r0"],
    ["any before in", { env: { any: true, in: ["prod"] } }, "r0"],
    ["in before eq", { env: { in: ["prod"], eq: "dev" } }, undefined],
    ["an any that isn't true", { env: { any: "true" } }, undefined],
    ["an unknown operator", { env: { not: "prod" } }, undefined],
    ["null", { env: null }, undefined],
    ["a number", { env: 5 }, undefined],
    ["a list without operator", { env: ["dev"] }, undefined],
    ["an unknown member", { tenant_id: "other" }, "r0"],
    ["the capability", { capability_id: "cap.doc.search" }, "r0"],
    ["another capability", { capability_id: "cap.doc.write" }, undefined],
    ["match null", null, undefined],
    ["match a list", [], undefined],
  ])("%s", (_, match, expected) => {
    expect(matched(match)).toBe(expected);
  });

  test("the first that matches goes before a narrower one", () => {
    expect(matched({ env: "prod" }, {}, { env: "dev", capability_id: "cap.doc.search" })).toBe("r1");
  });

  test("a rule for every capability goes before a later one for this one, and after an earlier one", () => {
    const named = { capability_id: "cap.doc.search", env: { in: ["dev", "prod"] } };
    expect(matched({ env: "dev" }, named)).toBe("r0");
    expect(matched(named, { env: "dev" })).toBe("r0");
    expect(matched({ ...named, env: "prod" }, { env: "dev" })).toBe("r1");
  });

  test("a rule without an id, or that can't be read, never matches", () => {
    const bomb = {
      get rule_id() {
        throw new Error("boom");
      },
    };
    const set = compileRules([{ match: {} }, { rule_id: 7 }, { rule_id: "\ud800" }, null, bomb]);
    expect(ruleFor(set, cell)).toBeUndefined();
    expect(set.shadows.idle).toEqual([0, 1, 2, 3, 4]);
  });

  test("what is compiled is frozen, and doesn't follow its source", () => {
    const source = [{ rule_id: "r", match: {}, decision: { recommended_profiles: [{ profile_id: "p" }] } }];
    const set = compileRules(source);
    (source[0] as { decision: object }).decision = {};
    const found = ruleFor(set, cell);
    expect(found?.profiles).toEqual([{ profile_id: "p" }]);
    expect(Object.isFrozen(found) && Object.isFrozen(found?.profiles[0]) && Object.isFrozen(set.rules)).toBe(
      true,
    );
  });
});

describe("a matched rule that can't be obeyed whole denies", () => {
  test.each([
    ["decision null", null],
    ["candidates null", { candidate_workers_ranked: null }],
    ["a null candidate", { candidate_workers_ranked: [null] }],
    ["a species that isn't text", { candidate_workers_ranked: [{ worker_species_id: 5 }] }],
    ["controls as a text", { required_controls_suggested: "ctrl.a.b" }],
    ["a control that isn't text", { required_controls_suggested: [5] }],
    ["escalation null", { escalation: null }],
    ["a flag in quotes", { escalation: { policy_gate: "false" } }],
    ["conditions null", { escalation: { human_required_if: null } }],
    ["no number of approvals", { escalation: { approval: { approve: 0 } } }],
    ["preconditions as a list", { preconditions: [true] }],
    ["a precondition in quotes", { preconditions: { must_have_correlation_id: "false" } }],
    ["a maximum out of range", { max_blast_score: 101 }],
    ["a maximum for no env", { max_blast_score: { staging: 5 } }],
    ["a profile that isn't JSON", { recommended_profiles: [() => 1] }],
  ])("%s", (_, decision) => {
    const judged = ask({ question: { rules: [{ rule_id: "r", match: {}, decision }] } });
    expect(reasonOf(judged).code).toBe("DENY_POLICY_UNAVAILABLE");
    expect(judged.decision.matched_rule_id).toBe("r");
  });

  test.each([
    ["human_required_if", { escalation: { human_required_if: [{ env: "prod" }] } }],
    ["msavx_step_up", { escalation: { msavx_step_up: true } }],
    ["deny_if_unsigned_artifact_in_prod", { preconditions: { deny_if_unsigned_artifact_in_prod: true } }],
    ["deny_if_no_attestation_in_prod", { preconditions: { deny_if_no_attestation_in_prod: true } }],
  ])("%s, which this engine doesn't evaluate", (_, decision) => {
    expect(reasonOf(ask({ question: { rules: [rule(decision)] } })).code).toBe("DENY_INTERNAL_ERROR");
  });
});

describe("rules that can never fire", () => {
  const shadows = (...matches: object[]) =>
    compileRules(matches.map((match, i) => ({ rule_id: `r${i}`, match }))).shadows;

  test("because of one earlier rule: which, and the first field that differs", () => {
    expect(shadows({ env: { in: ["dev", "prod"] } }, { env: "dev" }).single).toEqual([
      { shadowing_rule_id: "r0", shadowed_rule_id: "r1", reason: expect.any(String), field: "env" },
    ]);
    expect(shadows({}, { capability_id: "cap.a.b" }).single[0]?.field).toBe("capability_id");
    expect(shadows({ env: "dev" }, { env: { eq: "dev" } }).single[0]?.field).toBe("*");
  });

  test("because of several: a warning that denies nothing", () => {
    const found = shadows(
      { env: { in: ["dev", "stage"] } },
      { env: { in: ["prod", "edge"] } },
      { qos_class: "P1" },
    );
    expect(found.single).toEqual([]);
    expect(found.union.map((buried) => buried.shadowed_rule_id)).toEqual(["r2"]);
    const rules = [
      rule({}, { env: { in: ["dev", "prod"] } }),
      rule({}, { env: { in: ["stage", "edge"] } }),
      rule(),
    ];
    expect(ask({ request: { env: "prod" }, question: { rules, profile: null } }).decision.denied).toBe(false);
  });

  test("not: a rule for all after one for some", () => {
    expect(shadows({ capability_id: "cap.a.b" }, { capability_id: { any: true } })).toMatchObject({
      single: [],
      union: [],
    });
  });

  test("deny every request in prod and edge, and none in dev and stage", () => {
    const rules = [rule(), { ...rule(), rule_id: "rr_2" }];
    const at = (env: string) =>
      ask({ request: { env }, question: { rules, profile: null }, facts: { skill: undefined } }).decision;
    expect([at("dev").denied, at("stage").denied]).toEqual([false, false]);
    for (const env of ["prod", "edge"]) {
      expect(at(env).deny_reason_if_denied).toMatchObject({
        code: "DENY_SHADOW_RULES_DETECTED",
        shadowed_rule_ids: ["rr_2"],
        shadow_count: 1,
      });
    }
  });
});

describe("approvalNeed", () => {
  const need = (approval?: unknown, supervisor_level?: unknown) => {
    const asked = { approval, ...(supervisor_level === undefined ? {} : { supervisor_level }) };
    const set = compileRules([rule({ escalation: { human_required_default: true, ...asked } })]);
    const found = ruleFor(set, cell);
    return found && approvalNeed(found);
  };
  const anyone = { supervisor_level: null };
  test("silence means one signed approval", () =>
    expect(need()).toEqual({ mode: "approve", needed: 1, ...anyone }));
  test("is what the rule says", () => {
    expect(need("confirm")).toEqual({ mode: "confirm", needed: 1, ...anyone });
    expect(need("approve")).toEqual({ mode: "approve", needed: 1, ...anyone });
    expect(need({ approve: 3 })).toEqual({ mode: "approve", needed: 3, ...anyone });
  });
  test("of a level is an approval by people of that level", () => {
    const supervisor_level = "executor";
    expect(need(undefined, "executor")).toEqual({ mode: "approve", needed: 1, supervisor_level });
    expect(need({ approve: 2 }, "executor")).toEqual({ mode: "approve", needed: 2, supervisor_level });
    expect(need("confirm", "executor")).toEqual({ mode: "approve", needed: 1, supervisor_level });
  });
  test.each(["advisory", "chief", 2, {}])("of level %j can't be read: the rule denies", (level) => {
    const [flawed] = compileRules([rule({ escalation: { supervisor_level: level } })]).rules;
    expect(flawed?.flaw).toBe("DENY_POLICY_UNAVAILABLE");
  });
});

describe("parseRules", () => {
  const problems = (value: unknown) => {
    const parsed = parseRules(value);
    return "problems" in parsed ? parsed.problems.map((problem) => `${problem.path} ${problem.message}`) : [];
  };

  test("gives the rules of a document, or of a list, as they are written", () => {
    const rules = [rule({ required_controls_suggested: ["ctrl.a.b"], max_blast_score: { prod: 60 } })];
    expect(parseRules({ $schema: "x", rules })).toEqual({ rules });
    expect(parseRules(rules)).toEqual({ rules });
  });

  test("a level that counts nothing, or of a confirmation, is a problem", () => {
    const of = (escalation: object) => problems([rule({ escalation })]).join();
    expect(of({ supervisor_level: "advisory" })).toContain("escalation.supervisor_level");
    expect(of({ supervisor_level: "chief" })).toContain("escalation.supervisor_level");
    expect(of({ supervisor_level: "executor", approval: "confirm" })).toContain("escalation.approval");
    expect(of({ supervisor_level: "executor", approval: { approve: 2 } })).toBe("");
  });

  test("lists every problem, each with path and remedy", () => {
    const document = {
      rule: [],
      rules: [
        {
          rule_id: "a",
          match: { env: "staging", tenant_id: "x", qos_class: { in: [] } },
          decision: { max: 1 },
        },
        { rule_id: "a", match: { env: { in: "dev" }, data_label: { not: "PUBLIC" }, tenant_risk: null } },
        {
          match: {
            capability_id: { in: ["cap.a.b", 5] },
            env: { any: "yes" },
            qos_class: { in: ["P1"], eq: "P1" },
          },
          decision: {
            candidate_workers_ranked: [{ species: SPECIES }],
            escalation: { policy_gate: "false", approval: { approve: 0 }, human: true },
            preconditions: { must_have_correlation_id: 1 },
            max_blast_score: { prod: 101, qa: 1 },
          },
        },
        "rule",
      ],
    };
    expect(problems(document)).toEqual([
      "rule is not known here",
      "rules[0].match.tenant_id is not known here",
      "rules[0].match.env is none of the words of env",
      "rules[0].match.qos_class.in is not a list with at least one word",
      "rules[0].decision.max is not known here",
      "rules[1].rule_id is also the id of rules[0]",
      "rules[1].match.env.in is not a list with at least one word",
      "rules[1].match.data_label.not is not an operator",
      "rules[1].match.tenant_risk is not a condition",
      "rules[2].rule_id is missing or no text",
      "rules[2].match.capability_id.in[1] is not a capability id",
      "rules[2].match.env.any is not true",
      "rules[2].match.qos_class must have exactly one operator",
      "rules[2].decision.candidate_workers_ranked[0].species is not known here",
      "rules[2].decision.candidate_workers_ranked[0].worker_species_id is missing or no text",
      "rules[2].decision.escalation.human is not known here",
      "rules[2].decision.escalation.policy_gate is not true or false",
      "rules[2].decision.escalation.approval is not a kind of approval",
      "rules[2].decision.preconditions.must_have_correlation_id is not true or false",
      "rules[2].decision.max_blast_score.qa is not known here",
      "rules[2].decision.max_blast_score.prod is no score",
      "rules[3] is not an object",
    ]);
    const parsed = parseRules(document);
    expect("problems" in parsed && parsed.problems.every((problem) => problem.remedy !== "")).toBe(true);
  });

  test.each([null, 5, "rules", {}, { rules: {} }])("refuses %j", (value) => {
    expect(problems(value)).toHaveLength(1);
  });
});

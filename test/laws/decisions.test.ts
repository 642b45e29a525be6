import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blastScore } from "../../src/decide/blast.js";
import { judge, makeDecision, type Question } from "../../src/decide/makeDecision.js";
import { compileRules, ruleFor } from "../../src/decide/rules.js";
import { canonicalJson } from "../../src/protocol/canonical.js";
import { DENIALS } from "../../src/protocol/deny.js";
import {
  DATA_LABELS,
  ENVS,
  parseRouteInput,
  QOS_CLASSES,
  type RouteInput,
  routeInputText,
  TENANT_RISKS,
} from "../../src/protocol/request.js";
import { MATCH_FIELDS } from "../../src/protocol/rule.js";
import { CAPABILITIES, match, type Plain, plain, questionOf, request, rules } from "../decide/arbitrary.js";
import { ACTIVE, FACTS, QUESTION, SKILL } from "../decide/fixture.js";

const MANY = { numRuns: 2_000 };
const allowed = (question: Plain): boolean => !makeDecision(questionOf(question)).denied;

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

describe("a decision", () => {
  test("is a denial where no rule is", () => {
    fc.assert(
      fc.property(plain, (question) => {
        expect(allowed({ ...question, rules: [] })).toBe(false);
      }),
      MANY,
    );
  });

  test("comes for whatever is asked, frozen and with a canonical text", () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withNullPrototype: true,
      withObjectString: true,
    });
    const given = fc.oneof(anything, fc.jsonValue());
    const member = <T>(usual: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 2, arbitrary: usual as fc.Arbitrary<unknown> }, given);
    const question = fc.record({
      request: member(
        fc.record({
          capability_id: given,
          env: member(fc.constantFrom(...ENVS)),
          request: given,
          tenant_id: given,
        }),
      ),
      rules: member(
        fc.array(fc.oneof(given, fc.record({ rule_id: fc.string(), match: given, decision: given }))),
      ),
      facts: member(fc.constant(FACTS)),
      config: member(fc.constant(null)),
      profile: member(fc.constant(null)),
      now: member(fc.string({ unit: "binary" })),
      ids: member(fc.constant(QUESTION.ids)),
      task_id: given,
    });
    fc.assert(
      fc.property(fc.oneof(question, given), (asked) => {
        const judged = judge(asked as Question);
        expect(typeof judged.decision.denied).toBe("boolean");
        expect(judged.decision.denied).toBe(judged.decision.deny_reason_if_denied !== null);
        expect(() => canonicalJson(judged)).not.toThrow();
        expect(isDeeplyFrozen(judged)).toBe(true);
      }),
      MANY,
    );
  });

  test("of equal questions is equal, byte for byte, and leaves the question as it was", () => {
    fc.assert(
      fc.property(plain, (question) => {
        const before = canonicalJson(question);
        const first = canonicalJson(judge(questionOf(question)));
        const again = canonicalJson(judge(questionOf(structuredClone(question))));
        const compiled = judge({ ...questionOf(question), rules: compileRules(question.rules) });
        expect(again).toBe(first);
        expect(isDeeplyFrozen(compiled)).toBe(true);
        expect(canonicalJson(compiled)).toBe(first);
        expect(canonicalJson(question)).toBe(before);
      }),
      MANY,
    );
  });

  test("is sometimes yes and sometimes no for the questions that these laws ask", () => {
    const answers = fc.sample(plain, { numRuns: 1_000, seed: 1 }).map(allowed);
    expect(answers.filter(Boolean).length).toBeGreaterThan(30);
    expect(answers.filter((yes) => !yes).length).toBeGreaterThan(30);
  });

  test("carries a code of the table, in the table's words or the reference's", () => {
    fc.assert(
      fc.property(plain, (question) => {
        const reason = makeDecision(questionOf(question)).deny_reason_if_denied;
        if (reason !== null) expect(DENIALS[reason.code]).toBeDefined();
      }),
    );
  });
});

describe("taking away never turns a denial into a yes", () => {
  const law = (less: (question: Plain, at: number) => Plain) =>
    fc.assert(
      fc.property(plain, fc.nat(), (question, at) => {
        if (!allowed(question)) expect(allowed(less(question, at))).toBe(false);
      }),
      MANY,
    );
  const inWorld = (change: (world: Plain["world"], at: number) => object) =>
    law((question, at) => ({ ...question, world: { ...question.world, ...change(question.world, at) } }));

  test("a control", () =>
    inWorld(({ controls }, at) => ({ controls: controls.toSpliced(at % controls.length, 1) })));
  test("a registered hash", () => inWorld(() => ({ registered: null })));
  test("a current hash", () => inWorld(() => ({ current: null })));
  test("an envelope", () => inWorld(() => ({ envelope: false })));
  test("a certificate", () =>
    inWorld(({ skill }) => ({ skill: { ...(skill ?? SKILL), certificate: "missing" } })));
  test("the acceptance of a definition", () =>
    inWorld(({ skill }, at) => ({
      skill: { ...(skill ?? SKILL), definition: ["changed", "unaccepted", "unknown", null][at % 4] },
    })));
  test("a standing", () => {
    const members = Object.keys(ACTIVE);
    inWorld(({ skill }, at) => ({
      skill: {
        ...(skill ?? SKILL),
        standing: { ...ACTIVE, [members[at % members.length] as string]: "revoked" },
      },
    }));
  });
});

test("tightening the Hall's config never turns a denial into a yes", () => {
  const strict = {
    require_signatory: true,
    require_credential: true,
    require_worker_attestation: true,
    enforce_correlation_id: true,
    enforce_required_controls: true,
    enforce_blast_scoring_in_prod: true,
    enforce_privilege_envelopes: true,
    allowed_tenants: [],
  };
  const members = fc.subarray(Object.keys(strict) as (keyof typeof strict)[], { minLength: 1 });
  fc.assert(
    fc.property(plain, members, (question, names) => {
      const tighter = Object.fromEntries(names.map((name) => [name, strict[name]]));
      if (!allowed(question))
        expect(allowed({ ...question, config: { ...question.config, ...tighter } })).toBe(false);
    }),
    MANY,
  );
});

test("raising label, env, qos or risk never lowers the blast score", () => {
  const ladders = [
    ["data_label", DATA_LABELS],
    ["env", ["dev", "prod"]],
    ["env", ["stage", "edge"]],
    ["qos_class", QOS_CLASSES.toReversed()],
    ["tenant_risk", TENANT_RISKS],
  ] as const;
  fc.assert(
    fc.property(request, fc.constantFrom(...ladders), fc.nat(), (asked, [name, steps], at) => {
      const scoreAt = (step: number): number => {
        const parsed = parseRouteInput({ ...asked, [name]: steps[step] });
        if (!("input" in parsed)) throw new Error("the law needs a valid request");
        return blastScore(parsed.input);
      };
      const step = at % (steps.length - 1);
      expect(scoreAt(step + 1)).toBeGreaterThanOrEqual(scoreAt(step));
    }),
    MANY,
  );
});

test("nothing that isn't known about a skill lets it run: unknown, absent or garbage", () => {
  const nothing = fc.constantFrom<unknown>("unknown", undefined, null, "", 0, true, [], "active", () => "ok");
  const members = Object.keys(SKILL) as (keyof typeof SKILL)[];
  fc.assert(
    fc.property(fc.constantFrom(...members), nothing, fc.boolean(), (name, value, hasProfile) => {
      fc.pre(!(name === "visible" && value === true)); // that one is an answer
      const skill = { ...SKILL, [name]: value };
      const profile = hasProfile ? (QUESTION.profile ?? null) : null;
      const decision = makeDecision({ ...QUESTION, profile, facts: { ...FACTS, skill: skill as never } });
      expect([name, value, decision.denied]).toEqual([name, value, true]);
    }),
  );
});

test("code that nobody certified runs only as exactly the accepted definition", () => {
  const said = fc.oneof(
    fc.constantFrom<unknown>("accepted", "own", "changed", "unaccepted", "unknown", undefined),
    fc.constantFrom<unknown>("Accepted", "accepted ", ["accepted"], { accepted: true }, true),
    fc.anything(),
  );
  const uncertified = fc.record({
    certificate: fc.constantFrom("missing", "invalid", "expired", "unknown"),
    attestation: fc.constantFrom("unknown", { ok: false, code: "ATTEST_HASH_MISMATCH" }, { ok: true }),
  });
  fc.assert(
    fc.property(said, uncertified, (definition, without) => {
      const skill = { ...SKILL, ...without, definition };
      const decision = makeDecision({ ...QUESTION, facts: { ...FACTS, skill: skill as never } });
      expect([definition, decision.denied]).toEqual([definition, definition !== "accepted"]);
    }),
    MANY,
  );
});

/** wcp.md 4.1 read aloud, one rule at a time. */
function matches(rule: { match: Record<string, unknown> }, cell: Record<string, string>): boolean {
  return MATCH_FIELDS.every((field) => {
    const condition = rule.match[field];
    if (condition === undefined || condition === cell[field]) return true;
    if (typeof condition !== "object" || condition === null) return false;
    const { any, in: list, eq } = condition as { any?: unknown; in?: unknown; eq?: unknown };
    if (any === true) return true;
    return Array.isArray(list) ? list.includes(cell[field]) : eq === cell[field];
  });
}

const CELLS = [...CAPABILITIES, "no such word", "cap.no.rule"].flatMap((capability_id) =>
  ENVS.flatMap((env) =>
    DATA_LABELS.flatMap((data_label) =>
      TENANT_RISKS.flatMap((tenant_risk) =>
        QOS_CLASSES.map((qos_class) => ({ capability_id, env, data_label, tenant_risk, qos_class })),
      ),
    ),
  ),
);

describe("the table", () => {
  test("answers in one look-up what going through the rules in order answers", () => {
    fc.assert(
      fc.property(rules, (list) => {
        const set = compileRules(list);
        for (const cell of CELLS) {
          const first = list.find((rule) => matches(rule as never, cell));
          expect(ruleFor(set, cell)?.rule_id).toBe(first?.rule_id);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("knows exactly the rules that never fire, and whether one earlier rule is the cause", () => {
    const dense = fc.record(
      {
        capability_id: fc.constantFrom<unknown>("cap.doc.search", "cap.doc.write", {
          in: CAPABILITIES.slice(0, 2),
        }),
        env: fc.subarray(["dev", "stage", "prod"], { minLength: 1 }).map((list) => ({ in: list })),
      },
      { requiredKeys: [] },
    );
    const several = fc.oneof(
      fc.array(match, { minLength: 2, maxLength: 8 }),
      fc.array(dense, { minLength: 2, maxLength: 12 }),
    );
    fc.assert(
      fc.property(several, (list) => {
        const written = list.map((match, i) => ({ rule_id: `r${i}`, match }));
        const reach = written.map((rule) => new Set(CELLS.filter((cell) => matches(rule as never, cell))));
        const single: unknown[] = [];
        const union: unknown[] = [];
        const idle: number[] = [];
        for (let i = 0; i < reach.length; i++) {
          const own = reach[i] as Set<object>;
          const earlier = reach.slice(0, i);
          const by = earlier.findIndex((other) => [...own].every((cell) => other.has(cell as never)));
          if (own.size === 0) idle.push(i);
          else if (by >= 0) single.push([`r${by}`, `r${i}`]);
          else if ([...own].every((cell) => earlier.some((other) => other.has(cell as never))))
            union.push(`r${i}`);
        }
        const { shadows } = compileRules(written);
        expect(shadows.single.map((s) => [s.shadowing_rule_id, s.shadowed_rule_id])).toEqual(single);
        expect(shadows.union.map((s) => s.shadowed_rule_id)).toEqual(union);
        expect(shadows.idle).toEqual(idle);
      }),
      MANY,
    );
  });
});

test("the text of a request that is written straight is its canonical text", () => {
  const text = fc.string({ unit: "grapheme" });
  const json = fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }));
  const whole = fc.record(
    {
      blast_radius: json,
      blast_score: fc.nat(100),
      privilege_context: json,
      tenant_credential: text,
      request: json,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(request, whole, text, text, (asked, more, tenant_id, correlation_id) => {
      const parsed = parseRouteInput({ ...asked, ...more, tenant_id, correlation_id });
      const input = (parsed as { input: RouteInput }).input;
      let canonical: string;
      try {
        canonical = canonicalJson(input);
      } catch {
        expect(() => routeInputText(input)).toThrow(); // a member named __proto__
        return;
      }
      expect(routeInputText(input)).toBe(canonical);
    }),
    MANY,
  );
});

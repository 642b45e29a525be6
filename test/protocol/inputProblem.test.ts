import { describe, expect, test } from "vitest";
import { KEYWORDS } from "../../src/compile/keywords.js";
import { compileSchema } from "../../src/compile/toolSchema.js";
import { loadValidator } from "../../src/compile/validator.js";
import { receiveArguments } from "../../src/hall/arguments.js";
import { describeProblem } from "../../src/protocol/inputProblem.js";

describe("what is said of arguments", () => {
  const schema = compileSchema(
    {
      type: "object",
      properties: { query: { type: "string", minLength: 2 }, limit: { type: "integer", maximum: 9 } },
      required: ["query"],
    },
    "input",
  );
  test.each([
    [{}, "/query is required"],
    [{ query: "tea", limit: "3" }, "/limit has the wrong type"],
    [{ query: "tea", limit: 30 }, "/limit is too large"],
    [{ query: "t" }, "/query is too short"],
    [{ query: "tea", secret: 1 }, "the arguments have a member that the schema doesn't name"],
    [[], "the arguments must be a JSON object"],
  ])("%j: %s", async (value, said) => {
    const checked = (await loadValidator(schema))(value);
    expect(checked.ok ? [] : checked.problems.map(describeProblem)).toContain(said);
  });

  test.each([
    [{ a: "x".repeat(1024 * 1024) }, "1 MiB"],
    [Array(10_001).fill(0), "10,000 values"],
    [{ a: 2 ** 53 }, "2^53−1"],
    [JSON.parse('{"__proto__":1}'), "__proto__"],
    [{ a: "\ud800" }, "surrogate"],
    [1n, "JSON"],
    [JSON.parse("[".repeat(80) + "]".repeat(80)), "64 levels"],
  ])("a bound is named with its amount (%#)", (value, amount) => {
    const received = receiveArguments(value);
    expect(received.ok ? [] : received.problems.map(describeProblem)).toEqual([
      expect.stringContaining(amount),
    ]);
  });

  test("of the whole is said in the plural", () => {
    expect(describeProblem({ path: "", keyword: "minProperties" })).toBe(
      "the arguments have too few members",
    );
    expect(describeProblem({ path: "", keyword: "not" })).toBe("the arguments are what the schema rules out");
    expect(describeProblem({ path: "", keyword: "anyOf" })).toBe(
      "the arguments fit none of the schema's choices",
    );
    expect(describeProblem({ path: "/a/*", keyword: "additionalProperties" })).toBe(
      "/a has a member that the schema doesn't name",
    );
  });

  test("every keyword that can be broken has words", () => {
    const silent = new Set([
      "title",
      "description",
      "default",
      "examples",
      "deprecated",
      "readOnly",
      "writeOnly",
    ]);
    const structural = new Set([
      "items",
      "prefixItems",
      "minContains",
      "maxContains",
      "properties",
      "patternProperties",
      "dependentSchemas",
      "allOf",
      "then",
      "else",
      "$ref",
      "$defs",
    ]);
    for (const keyword of KEYWORDS.keys()) {
      if (silent.has(keyword) || structural.has(keyword)) continue;
      expect(describeProblem({ path: "/a", keyword })).not.toContain(`(${keyword})`);
    }
  });
});

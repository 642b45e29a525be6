import { describe, expect, test } from "vitest";
import { governedName, parseGovernedName } from "../../src/protocol/governedName.js";

describe("the name of a foreign tool", () => {
  test.each([
    ["memory", "read_graph", "memory__read_graph"],
    ["a-b", "_x", "a-b___x"],
    ["a", "b__c", "a__b__c"],
    ["m", "-", "m__-"],
  ])("%s and %s make %s, and come back from it", (origin, tool, name) => {
    expect(governedName(origin, tool)).toBe(name);
    expect(parseGovernedName(name)).toEqual({ origin, tool });
  });

  test.each(["", "r\u0435ad", "a b", "a.b", "a/b", "x".repeat(59)])("%j makes none under memory", (tool) => {
    expect(governedName("memory", tool)).toBeUndefined();
  });

  test.each(["", "read", "a_b", "__a", "a__", "_a__b", `a__${"x".repeat(62)}`, "a__b\n"])(
    "%j is none",
    (name) => {
      expect(parseGovernedName(name)).toBeUndefined();
    },
  );
});

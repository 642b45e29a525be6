import { describe, expect, test } from "vitest";
import { HomeError } from "../../src/hall/home.js";
import { loadPolicy } from "../../src/hall/policy.js";
import type { JsonObject } from "../../src/protocol/canonical.js";
import { NOTES_RULES, policyOf } from "./memoryHall.js";

describe("a policy document", () => {
  test("holds config, rules, profile, tables and the catalogue's digest, whole", () => {
    const document = policyOf();
    expect(document).toMatchObject({
      v: 1,
      profile: { profile_id: "prof.dev.permissive" },
      rules: { rules: NOTES_RULES },
    });
    expect(document.config).not.toHaveProperty("$schema");
    expect(loadPolicy("d", document).hall.enforce_correlation_id).toBe(true);
  });

  test("with bad rules is refused with every problem named", () => {
    const rules = [
      { rule_id: "a", match: { colour: "red" }, decision: {} },
      { match: {} },
      NOTES_RULES[0],
      NOTES_RULES[0],
    ];
    try {
      policyOf(rules);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof HomeError)) throw error;
      expect(error.problems.length).toBeGreaterThanOrEqual(3);
      expect(error.message).toContain("colour");
    }
  });

  const OTHER_VERSIONS: Readonly<Record<string, (document: JsonObject) => JsonObject>> = {
    "other tables": (document) => ({ ...document, tables: { blast: { base: 0 } } }),
    "a profile under another name": (document) => ({
      ...document,
      profile: { ...(document["profile"] as JsonObject), profile_id: "prof.other" },
    }),
    "a profile that isn't here": (document) => ({
      ...document,
      config: { ...(document["config"] as JsonObject), profile: "prof.prod.strict" },
    }),
    "an unknown key": (document) => ({
      ...document,
      config: { ...(document["config"] as JsonObject), newer: true },
    }),
  };
  test.each(Object.entries(OTHER_VERSIONS))(
    "with %s can't be obeyed whole, so it isn't obeyed",
    (_what, change) => {
      const document = policyOf() as unknown as JsonObject;
      expect(() => loadPolicy("d", change(document) as never)).toThrow(HomeError);
    },
  );
});

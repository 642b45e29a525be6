import { compileRules, parseRules, type RuleSet } from "../decide/rules.js";
import type { PolicyDocument } from "../evidence/policy.js";
import { canonicalJson, type Json, type JsonObject } from "../protocol/canonical.js";
import { catalogueDigest } from "../protocol/catalog.js";
import { DEFAULT_HALL_CONFIG, type HallConfig, type HomeConfig } from "../protocol/config.js";
import { PROFILES, type Profile } from "../protocol/profile.js";
import { POLICY_TABLES } from "../protocol/tables.js";
import { HomeError, parseConfig } from "./home.js";

/** The policy in force, read from the document that an operator applied and ready to decide by. */
export type Policy = {
  readonly digest: string;
  readonly config: HomeConfig;
  readonly rules: RuleSet;
  readonly profile: Profile | null;
  readonly hall: HallConfig;
};

/**
 * The document that `apply` records for a config and rules (formats.md): config without `$schema`, the profile
 * resolved whole, the built-in tables, the catalogue's digest. Throws HomeError naming every problem of the rules.
 */
export function makePolicyDocument(config: HomeConfig, rules: unknown): PolicyDocument {
  const parsed = parseRules(rules);
  if ("problems" in parsed) {
    const problems = parsed.problems.map((p) => `${p.path}: ${p.message}`);
    throw new HomeError("BAD_FILE", `rules.json has ${problems.length} problem(s):`, problems);
  }
  const { $schema: _, ...rest } = config;
  return {
    v: 1,
    config: rest as unknown as JsonObject,
    rules: { rules: parsed.rules as unknown as Json },
    profile: config.profile === null ? null : (PROFILES.get(config.profile) as unknown as JsonObject),
    tables: POLICY_TABLES as unknown as JsonObject,
    catalogue: catalogueDigest(),
  };
}

/**
 * Makes a recorded policy document ready. The engine decides by the document in force: one whose tables or profile
 * this version doesn't have, whole, throws HomeError, and nothing runs until an operator has applied anew.
 */
export function loadPolicy(digest: string, document: PolicyDocument): Policy {
  const config = parseConfig(document.config, "the policy in force");
  const profile = config.profile === null ? null : (PROFILES.get(config.profile) ?? null);
  if (!isSame(document.tables, POLICY_TABLES) || !isSame(document.profile, profile)) {
    throw new HomeError(
      "BAD_FILE",
      'The policy in force was applied by another version of the Hall. Look at what changes, and put it in force: "hall apply".',
    );
  }
  const rules = compileRules(ruleList(document.rules));
  return { digest, config, rules, profile, hall: { ...DEFAULT_HALL_CONFIG, ...definedFloors(config.hall) } };
}

function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function ruleList(rules: Json): readonly unknown[] {
  const list = (rules as { rules?: Json }).rules;
  return Array.isArray(list) ? list : [];
}

function definedFloors(floors: HomeConfig["hall"]): Partial<HallConfig> {
  return Object.fromEntries(Object.entries(floors).filter(([, floor]) => floor !== undefined));
}

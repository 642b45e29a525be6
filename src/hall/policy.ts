import { compileRules, parseRules, type RuleSet } from "../decide/rules.js";
import type { PolicyDocument } from "../evidence/policy.js";
import type { Json, JsonObject } from "../protocol/canonical.js";
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

/** Makes a recorded policy document ready. Throws when this version can't obey it whole. */
export function loadPolicy(digest: string, document: PolicyDocument): Policy {
  const config = parseConfig(document.config, "the policy in force");
  const rules = (document.rules as { rules?: Json }).rules;
  return {
    digest,
    config,
    rules: compileRules(Array.isArray(rules) ? rules : []),
    profile: document.profile as unknown as Profile | null,
    hall: { ...DEFAULT_HALL_CONFIG, ...(config.hall as Partial<HallConfig>) },
  };
}

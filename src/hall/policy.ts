import { compileRules, parseRules, type RuleSet } from "../decide/rules.js";
import type { PolicyDocument } from "../evidence/policy.js";
import { deepFreeze, type Json, type JsonObject } from "../protocol/canonical.js";
import { catalogueDigest } from "../protocol/catalog.js";
import { DEFAULT_HALL_CONFIG, type HallConfig, type HomeConfig } from "../protocol/config.js";
import { PROFILES, type Profile, ProfileSchema } from "../protocol/profile.js";
import { POLICY_TABLES, type PolicyTables, PolicyTablesSchema } from "../protocol/tables.js";
import { HomeError, parseConfig } from "./home.js";

/** The policy in force, read from the document that an operator applied and ready to decide by. */
export type Policy = {
  readonly digest: string;
  readonly config: HomeConfig;
  readonly rules: RuleSet;
  readonly profile: Profile | null;
  readonly tables: PolicyTables;
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
 * Makes a recorded policy document ready. The engine decides by the document in force, its own tables and profile
 * included. One that says what this version doesn't know throws HomeError: it can't be obeyed whole, so it isn't.
 */
export function loadPolicy(digest: string, document: PolicyDocument): Policy {
  const config = parseConfig(document.config, "the policy in force");
  const tables = PolicyTablesSchema.safeParse(document.tables);
  const profile = ProfileSchema.nullable().safeParse(document.profile);
  if (!tables.success || !profile.success || (profile.data?.profile_id ?? null) !== config.profile) {
    throw new HomeError(
      "BAD_FILE",
      'The policy in force was applied by another version of the Hall, and says what this one doesn\'t know. Look at what changes, and put it in force: "hall apply".',
    );
  }
  return {
    digest,
    config,
    rules: compileRules(ruleList(document.rules)),
    profile: profile.data,
    tables: deepFreeze(tables.data),
    hall: { ...DEFAULT_HALL_CONFIG, ...tables.data.floors, ...definedFloors(config.hall) },
  };
}

function ruleList(rules: Json): readonly unknown[] {
  const list = (rules as { rules?: Json }).rules;
  return Array.isArray(list) ? list : [];
}

function definedFloors(floors: HomeConfig["hall"]): Partial<HallConfig> {
  return Object.fromEntries(Object.entries(floors).filter(([, floor]) => floor !== undefined));
}

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { PolicyDocument } from "../evidence/policy.js";
import { parseConfig, readHomeFile } from "../hall/home.js";
import { makePolicyDocument } from "../hall/policy.js";
import type { Json, JsonObject } from "../protocol/canonical.js";
import { checkRoles } from "./applyHome.js";
import { LifecycleError } from "./error.js";
import { operatorOf } from "./operator.js";
import { policyChanges, policyDetails, rulesOf } from "./policyChanges.js";
import { jsonText, writeWhole } from "./wholeFile.js";
import { inForce, type OpenHome, type Workshop } from "./workshop.js";

/** One change to one file of the home. Each edit gives what it was given when there is nothing to change. */
export type Amendment = {
  readonly question: string;
  readonly reason: string;
} & (
  | { readonly file: "config.json"; readonly edit: (config: JsonObject) => JsonObject }
  | { readonly file: "rules.json"; readonly edit: (rules: readonly JsonObject[]) => readonly JsonObject[] }
);

/** `record_id` is null when nothing had to change. */
export type Amended = {
  readonly accepted: boolean;
  readonly record_id: string | null;
  readonly changes: readonly string[];
};

/**
 * Shows and applies one change alone: it is made to the document in force, so that other pending edits of the files
 * stay pending, and to the file in the same way (formats.md, Policy in force). When it can't be put in force the file
 * stays as it was. Throws LifecycleError.
 */
export async function amendPolicy(ws: Workshop, parts: OpenHome, amendment: Amendment): Promise<Amended> {
  const { store, policy } = inForce(parts);
  const document = store.policy()?.document;
  if (document === undefined)
    throw new LifecycleError("LEDGER", "The policy in force can't be read.", "Run hall audit verify.");
  const wanted = amended(document, amendment);
  const config = parseConfig(wanted.config, "the policy in force");
  checkRoles(parts, config);
  const changes = policyChanges(document, wanted);
  if (changes.length === 0) {
    editFile(parts, amendment);
    return { accepted: true, record_id: null, changes };
  }
  const operator = operatorOf(parts);
  if (!(await ws.accept(amendment.question, policyDetails(document, wanted))))
    return { accepted: false, record_id: null, changes };
  if (store.state().policy_digest !== policy.digest) {
    throw new LifecycleError(
      "BUSY",
      "Another policy was put in force meanwhile.",
      "Look at it and try again.",
    );
  }
  const restore = editFile(parts, amendment);
  try {
    const { record_id } = await operator.apply(wanted, amendment.reason);
    return { accepted: true, record_id, changes };
  } catch (error) {
    restore();
    throw error;
  }
}

/** The document with this change alone: profile, tables and catalogue stay those in force. */
function amended(document: PolicyDocument, amendment: Amendment): PolicyDocument {
  const { config, rules } = document;
  const next =
    amendment.file === "config.json"
      ? makePolicyDocument(parseConfig(amendment.edit(config), "config.json"), rules)
      : makePolicyDocument(parseConfig(config, "the policy in force"), {
          rules: amendment.edit(rulesOf(document)),
        });
  return amendment.file === "config.json"
    ? { ...document, config: next.config }
    : { ...document, rules: next.rules };
}

/** The same change to the file: other members, other edits and its order stay. Returns the way back. */
function editFile({ home }: OpenHome, amendment: Amendment): () => void {
  const path = join(home.dir, amendment.file);
  const before = readHomeFile(home, amendment.file) as Json | undefined;
  const after =
    amendment.file === "config.json"
      ? amendment.edit(asObject(before, path))
      : withRules(before, amendment.edit);
  if (JSON.stringify(before) === JSON.stringify(after)) return () => {};
  const bytes = before === undefined ? undefined : readFileSync(path);
  writeWhole(path, jsonText(after));
  return () => (bytes === undefined ? rmSync(path, { force: true }) : writeWhole(path, bytes));
}

function withRules(
  file: Json | undefined,
  edit: (rules: readonly JsonObject[]) => readonly JsonObject[],
): Json {
  const rules = edit(file === undefined ? [] : rulesOf({ rules: file }));
  return isObject(file) ? { ...file, rules } : { rules };
}

function asObject(value: Json | undefined, path: string): JsonObject {
  if (isObject(value)) return value;
  throw new LifecycleError(
    "BAD_FILE",
    `${path} isn't a JSON object.`,
    "Correct it and run the command again.",
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

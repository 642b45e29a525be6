import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { PolicyDocument } from "../evidence/policy.js";
import { parseConfig, readHomeFile } from "../hall/home.js";
import { makePolicyDocument } from "../hall/policy.js";
import type { Json, JsonObject } from "../protocol/canonical.js";
import { checkRoles } from "./applyHome.js";
import { LifecycleError } from "./error.js";
import { endsLine } from "./holdsToEnd.js";
import { operatorOf } from "./operator.js";
import { policyChanges, policyDetails, rulesOf } from "./policyChanges.js";
import { jsonText, writeWhole } from "./wholeFile.js";
import { inForce, type OpenHome, type Workshop } from "./workshop.js";

type Edit<T> = (value: T) => T;

/** What changes in one file of the home. Each edit gives what it was given when there is nothing to change. */
export type FileEdit =
  | { readonly file: "config.json"; readonly edit: Edit<JsonObject> }
  | { readonly file: "rules.json" | "tools.json"; readonly edit: Edit<readonly JsonObject[]> };

/** One change, to one file of the home or to several that belong together. */
export type Amendment = {
  readonly question: string;
  readonly reason: string;
  /** What whoever is asked should know besides the changes, a line each. */
  readonly notes?: readonly string[];
} & (FileEdit | { readonly edits: readonly FileEdit[] });

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
  const edits = "edits" in amendment ? amendment.edits : [amendment];
  const wanted = amended(document, edits);
  const config = parseConfig(wanted.config, "the policy in force");
  checkRoles(parts, config);
  const changes = policyChanges(document, wanted);
  if (changes.length === 0) {
    editFiles(parts, edits);
    return { accepted: true, record_id: null, changes };
  }
  const operator = operatorOf(parts);
  const details = [...(amendment.notes ?? []), ...policyDetails(document, wanted), ...endsLine(parts)];
  if (!(await ws.accept(amendment.question, details))) return { accepted: false, record_id: null, changes };
  if (store.state().policy_digest !== policy.digest) {
    throw new LifecycleError(
      "BUSY",
      "Another policy was put in force meanwhile.",
      "Look at it and try again.",
    );
  }
  const restore = editFiles(parts, edits);
  try {
    const { record_id } = await operator.apply(wanted, amendment.reason);
    return { accepted: true, record_id, changes };
  } catch (error) {
    restore();
    throw error;
  }
}

/** The document with this change alone: profile, tables and catalogue stay those in force. */
function amended(document: PolicyDocument, edits: readonly FileEdit[]): PolicyDocument {
  let config = document.config;
  let rules = rulesOf(document);
  for (const { file, edit } of edits) {
    if (file === "config.json") config = edit(config);
    else if (file === "rules.json") rules = edit(rules);
    else config = { ...config, tools: edit(objectsIn(config["tools"])) };
  }
  const next = makePolicyDocument(parseConfig(config, "config.json"), { rules });
  const isEdited = (one: FileEdit["file"]) => edits.some(({ file }) => file === one);
  return {
    ...document,
    ...(isEdited("config.json") || isEdited("tools.json") ? { config: next.config } : {}),
    ...(isEdited("rules.json") ? { rules: next.rules } : {}),
  };
}

/** The same changes to the files. Returns the way back; files stay as they were when one can't be written. */
function editFiles(parts: OpenHome, edits: readonly FileEdit[]): () => void {
  const done: (() => void)[] = [];
  const restore = () => {
    for (const undo of done.splice(0).reverse()) undo();
  };
  try {
    for (const edit of edits) done.push(editFile(parts, edit));
  } catch (error) {
    restore();
    throw error;
  }
  return restore;
}

/** The same change to the file: other members, other edits and its order stay. Returns the way back. */
function editFile({ home }: OpenHome, change: FileEdit): () => void {
  const path = join(home.dir, change.file);
  const before = readHomeFile(home, change.file) as Json | undefined;
  const after = edited(before, change, path);
  if (JSON.stringify(before) === JSON.stringify(after)) return () => {};
  const bytes = before === undefined ? undefined : readFileSync(path);
  writeWhole(path, jsonText(after));
  return () => (bytes === undefined ? rmSync(path, { force: true }) : writeWhole(path, bytes));
}

function edited(before: Json | undefined, change: FileEdit, path: string): Json | undefined {
  if (change.file === "config.json") return change.edit(asObject(before, path));
  if (change.file === "tools.json") {
    const file = asObject(before ?? NO_TOOLS, path);
    return { ...file, tools: change.edit(objectsIn(file["tools"])) };
  }
  const rules = change.edit(before === undefined ? [] : rulesOf({ rules: before }));
  return isObject(before) ? { ...before, rules } : { rules };
}

const NO_TOOLS: JsonObject = { $schema: "urn:wcp-hall:tools:1", tools: [] };

function objectsIn(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
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

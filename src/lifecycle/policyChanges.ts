import type { PolicyDocument } from "../evidence/policy.js";
import { canonicalJson, type Json, type JsonObject } from "../protocol/canonical.js";
import { isObject, memberChanges } from "./memberChanges.js";
import { shownJson, shownText } from "./shown.js";
import { type ShownEntry, toolChanges } from "./toolChanges.js";

/**
 * What changes from one policy document to another, a line each, whole: nothing that would come into force is left
 * out, since this is all that a person sees before saying yes. No line when nothing changes.
 */
export function policyChanges(
  before: PolicyDocument | null,
  after: PolicyDocument,
  shown: ShownEntry = onOneLine,
): readonly string[] {
  if (before === null) return firstPolicy(after, shown);
  return [
    ...configChanges(before.config, after.config, shown),
    ...ruleChanges(rulesOf(before), rulesOf(after), shown),
    ...memberChanges("profile", before.profile, after.profile),
    ...memberChanges("tables", before.tables, after.tables),
    ...memberChanges("catalogue", before.catalogue, after.catalogue),
  ];
}

/** The same for whoever is asked: rules that come or go are spread over lines, indented. */
export function policyDetails(before: PolicyDocument | null, after: PolicyDocument): readonly string[] {
  return policyChanges(before, after, overLines).flatMap((change) => change.split("\n"));
}

/** Foreign tools have lines of their own, told apart by server and name. */
function configChanges(before: JsonObject, after: JsonObject, shown: ShownEntry): readonly string[] {
  const { tools: old, ...restBefore } = before;
  const { tools: now, ...restAfter } = after;
  return [
    ...memberChanges("config", restBefore, restAfter),
    ...toolChanges(objectsIn(old), objectsIn(now), shown),
  ];
}

function objectsIn(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function firstPolicy(
  { config, rules, profile, catalogue }: PolicyDocument,
  shown: ShownEntry,
): readonly string[] {
  return [
    ...configChanges({}, config, shown),
    ...ruleChanges([], rulesOf({ rules }), shown),
    profile === null ? "no profile" : `profile ${shownJson(profile)}`,
    `this version's risk, blast, tier and floor tables; catalogue ${shownJson(catalogue)}`,
  ];
}

/** Rules are told apart by their ids; their order decides, so a change of it is one too. */
function ruleChanges(
  before: readonly JsonObject[],
  after: readonly JsonObject[],
  shown: ShownEntry,
): readonly string[] {
  const [old, now] = [byId(before), byId(after)];
  const lines: string[] = [];
  for (const [id, rule] of old)
    if (!now.has(id)) lines.push(`rule ${shownText(id)} removed (was ${shown(rule)})`);
  [...now].forEach(([id, rule], i) => {
    const place = `rule ${shownText(id)}`;
    const was = old.get(id);
    if (was === undefined) lines.push(`${place} added, ${i + 1} of ${now.size}: ${shown(rule)}`);
    else if (canonicalJson(was) !== canonicalJson(rule)) lines.push(...memberChanges(place, was, rule));
  });
  const kept = [...now.keys()].filter((id) => old.has(id));
  const keptBefore = [...old.keys()].filter((id) => now.has(id));
  if (kept.join("\n") !== keptBefore.join("\n"))
    lines.push(`rules are tried in the order ${shownText([...now.keys()].join(", "))}`);
  return lines;
}

function byId(rules: readonly JsonObject[]): ReadonlyMap<string, JsonObject> {
  return new Map(rules.map((rule) => [String(rule["rule_id"]), rule]));
}

function onOneLine({ rule_id: _, ...entry }: JsonObject): string {
  return shownJson(entry);
}

/** A newline within a text stays escaped, so that nobody's text is taken for a line of its own. */
function overLines({ rule_id: _, ...entry }: JsonObject): string {
  return JSON.stringify(entry, null, 2).split("\n").map(shownText).join("\n");
}

/** The rules of a policy document, or of the rules of a file. */
export function rulesOf({ rules }: { readonly rules: Json }): readonly JsonObject[] {
  const list = isObject(rules) ? rules["rules"] : rules;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

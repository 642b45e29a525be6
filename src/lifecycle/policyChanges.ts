import type { PolicyDocument } from "../evidence/policy.js";
import { canonicalJson, type Json, type JsonObject } from "../protocol/canonical.js";
import { shownJson, shownText } from "./shown.js";

/**
 * What changes from one policy document to another, a line each, whole: nothing that would come into force is left
 * out, since this is all that a person sees before saying yes. No line when nothing changes.
 */
export function policyChanges(
  before: PolicyDocument | null,
  after: PolicyDocument,
  shown: ShownRule = onOneLine,
): readonly string[] {
  if (before === null) return firstPolicy(after, shown);
  return [
    ...memberChanges("config", before.config, after.config),
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

type ShownRule = (rule: JsonObject) => string;

function firstPolicy(
  { config, rules, profile, catalogue }: PolicyDocument,
  shown: ShownRule,
): readonly string[] {
  return [
    ...memberChanges("config", {}, config),
    ...ruleChanges([], rulesOf({ rules }), shown),
    profile === null ? "no profile" : `profile ${shownJson(profile)}`,
    `this version's risk, blast, tier and floor tables; catalogue ${shownJson(catalogue)}`,
  ];
}

/** Rules are told apart by their ids; their order decides, so a change of it is one too. */
function ruleChanges(
  before: readonly JsonObject[],
  after: readonly JsonObject[],
  shown: ShownRule,
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

function onOneLine({ rule_id: _, ...rule }: JsonObject): string {
  return shownJson(rule);
}

/** A newline within a text stays escaped, so that nobody's text is taken for a line of its own. */
function overLines({ rule_id: _, ...rule }: JsonObject): string {
  return JSON.stringify(rule, null, 2).split("\n").map(shownText).join("\n");
}

function memberChanges(path: string, before: Json | undefined, after: Json | undefined): readonly string[] {
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      memberChanges(`${path}.${shownText(name)}`, before[name], after[name]),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(path, before, after);
  if (before === undefined) return [`${path}: ${shownJson(after)}`];
  if (after === undefined) return [`${path} removed (was ${shownJson(before)})`];
  return canonicalJson(before) === canonicalJson(after)
    ? []
    : [`${path}: ${shownJson(before)} becomes ${shownJson(after)}`];
}

function listChanges(path: string, before: readonly Json[], after: readonly Json[]): readonly string[] {
  const [old, now] = [before.map(canonicalJson), after.map(canonicalJson)];
  const added = without(after, old).map((item) => `${path} gets ${shownJson(item)}`);
  const removed = without(before, now).map((item) => `${path} loses ${shownJson(item)}`);
  if (added.length + removed.length > 0) return [...removed, ...added];
  return old.join() === now.join() ? [] : [`${path}: ${shownJson(before)} becomes ${shownJson(after)}`];
}

/** Items of a list that another lacks, as often as it lacks them. */
function without(items: readonly Json[], others: readonly string[]): readonly Json[] {
  const left = [...others];
  return items.filter((item) => {
    const at = left.indexOf(canonicalJson(item));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** The rules of a policy document, or of the rules of a file. */
export function rulesOf({ rules }: { readonly rules: Json }): readonly JsonObject[] {
  const list = isObject(rules) ? rules["rules"] : rules;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

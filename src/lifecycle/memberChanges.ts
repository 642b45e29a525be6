import { canonicalJson, type Json, type JsonObject } from "../protocol/canonical.js";
import { shownJson, shownText } from "./shown.js";

/** What changes from one JSON value to another, a line for each member and list item that differs, whole. */
export function memberChanges(
  path: string,
  before: Json | undefined,
  after: Json | undefined,
): readonly string[] {
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

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

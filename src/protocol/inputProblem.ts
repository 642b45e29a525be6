import type { InputProblem } from "./facts.js";

/** What a keyword asks of the place that breaks it. Only place and keyword are known: values and bounds stay with the schema. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["type", "has the wrong type"],
  ["required", "is required"],
  ["dependentRequired", "is required beside what is there"],
  ["enum", "isn't one of the values that the schema lists"],
  ["const", "isn't the value that the schema asks for"],
  ["minimum", "is too small"],
  ["exclusiveMinimum", "is too small"],
  ["maximum", "is too large"],
  ["exclusiveMaximum", "is too large"],
  ["multipleOf", "isn't a multiple of what the schema says"],
  ["minLength", "is too short"],
  ["maxLength", "is too long"],
  ["pattern", "doesn't fit the schema's pattern"],
  ["format", "doesn't have the schema's format"],
  ["minItems", "has too few entries"],
  ["maxItems", "has too many entries"],
  ["uniqueItems", "has the same entry twice"],
  ["contains", "has too few or too many entries of the kind that the schema asks for"],
  ["unevaluatedItems", "has more entries than the schema describes"],
  ["minProperties", "has too few members"],
  ["maxProperties", "has too many members"],
  ["additionalProperties", "has a member that the schema doesn't name"],
  ["unevaluatedProperties", "has a member that the schema doesn't name"],
  ["propertyNames", "has a member whose name the schema doesn't allow"],
  ["anyOf", "fits none of the schema's choices"],
  ["oneOf", "doesn't fit exactly one of the schema's choices"],
  ["not", "is what the schema rules out"],
  ["if", "doesn't fit the schema's condition"],
]);

/** The bounds of a call's arguments (formats.md, Numbers), and what no schema is asked about. */
const BOUNDS: ReadonlyMap<string, string> = new Map([
  ["type", "the arguments must be a JSON object"],
  ["json", "the arguments must be JSON"],
  ["maxBytes", "the arguments are larger than 1 MiB"],
  ["maxDepth", "the arguments are nested deeper than 64 levels"],
  ["maxElements", "the arguments have more than 10,000 values"],
  ["maximum", "the arguments have a number beyond ±(2^53−1)"],
  ["__proto__", "the arguments have a member named __proto__"],
  ["canonical", "the arguments have a text that isn't Unicode: half of a surrogate pair"],
  ["readable", "the arguments can't be read"],
  ["internal", "the arguments couldn't be checked"],
]);

/** Keywords that are about a member, of which the last part of the path is all that is known. */
const OF_THE_HOLDER: ReadonlySet<string> = new Set([
  "additionalProperties",
  "unevaluatedProperties",
  "propertyNames",
]);

/** Where and how arguments are wrong, as a clause for people and models: `/limit has the wrong type`. */
export function describeProblem({ path, keyword }: InputProblem): string {
  const bound = path === "" ? BOUNDS.get(keyword) : undefined;
  if (bound !== undefined) return bound;
  const place = OF_THE_HOLDER.has(keyword) ? path.replace(/\/\*$/, "") : path;
  const what = WORDS.get(keyword) ?? `doesn't fit the schema (${keyword})`;
  return `${place === "" ? "the arguments" : place} ${place === "" ? plural(what) : what}`;
}

/** "the arguments" are many. */
function plural(what: string): string {
  return what
    .replace(/^has /, "have ")
    .replace(/^(is|isn't) /, (verb) => verb.replace("is", "are"))
    .replace(/^doesn't /, "don't ")
    .replace(/^fits /, "fit ");
}

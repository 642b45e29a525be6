import type { Json } from "../protocol/canonical.js";
import { nearest } from "../protocol/nearest.js";
import { type ManifestIssue, manifestKeys, manifestTakes } from "../protocol/skill.js";
import type { Problem } from "./problem.js";

type Issue = ManifestIssue;
type Path = readonly (string | number)[];

/** How to write a member, where the schema's own words aren't help enough. By its name. */
const HELP: Readonly<Record<string, string>> = {
  manifest_version: 'Write manifest_version: "1"',
  namespace: "Write x.<your name> or org.<your organisation>",
  name: "Write lower case letters, digits and hyphens",
  "tools.name": "Write letters, digits, _ and -, at most 48 of them, as search_notes",
  "examples.name": "Write in a few words what it shows, as name: finds one",
  version: 'Write three numbers in quotes, as version: "1.10.0": without them YAML reads 1.10 as 1.1',
  species: "Write an id like wrk.doc.searcher",
  id: "Leave it out, or write the namespace, a dot and the skill's name",
  capability: "Write one of the skill's capabilities, as cap.doc.search",
  capabilities: "List ids like cap.doc.search",
  policy_tier: "Write a whole number from 0 to 8 (L0 to L8), without quotes",
  handler: "Write a path like src/search.ts; only TypeScript and JavaScript handlers run so far",
  worker: "Write worker: { species: wrk.<domain>.<role> }",
  blast_radius: "Write { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 }, each from 0 to 5",
  attestation_required: "Write true: every skill is attested",
  input_schema: "Write a JSON Schema with type: object",
  output_schema: "Write a JSON Schema with type: object",
  tools: "List at least one tool, with name, description, capability, input_schema and handler",
};

/** What the manifest's schema found, in words for its author. */
export function shapeProblems(issues: readonly Issue[], draft: Json): Problem[] {
  return issues.flatMap((issue) => {
    const path = issue.path.filter((segment): segment is string | number => typeof segment !== "symbol");
    return issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownKey(key, path))
      : [problemOf(issue, path, draft)];
  });
}

function unknownKey(key: string, path: Path): Problem {
  if (key === "command" && path[0] === "tools") return commandProblem([...path, key]);
  const known = manifestKeys(path);
  const meant = nearest(key, known);
  return {
    path: [...path, key],
    message: "isn't a key that a manifest has here",
    remedy:
      meant === undefined
        ? `Remove it; there are ${known.join(", ")}`
        : `Did you mean ${meant}? Otherwise remove it`,
  };
}

/** Handlers in any other language are described in hall.md and come with a later version. */
function commandProblem(path: Path): Problem {
  return {
    path,
    message: "command handlers come in a later version",
    remedy: "Write handler: src/<file>.ts, a module whose default export is (input, context) => output",
  };
}

/** By the name of the member, or of the list that an entry is in; a tool's and an example's `name` are names of another kind. */
function helpFor(path: Path): string | undefined {
  const names = path.filter((segment) => typeof segment === "string");
  return HELP[names.slice(-2).join(".")] ?? HELP[names.at(-1) ?? ""];
}

function problemOf(issue: Issue, path: Path, draft: Json): Problem {
  const found = at(draft, path);
  const help = helpFor(path);
  if (found === undefined)
    return { path, message: "is missing", remedy: help ?? `Add ${String(path.at(-1))}` };
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue.expected, found, path, help);
    case "invalid_value": {
      const values = issue.values.map(String);
      const meant = typeof found === "string" ? nearest(found, values) : undefined;
      const list = values.length === 1 ? values.join() : `one of ${values.join(", ")}`;
      if (typeof issue.values[0] === "string" && typeof found !== "string")
        return wrongType("string", found, path, help ?? `Write ${list}`);
      return {
        path,
        message: `must be ${list}`,
        remedy: meant === undefined ? (help ?? `Write ${list}`) : `Did you mean ${meant}?`,
      };
    }
    case "too_small":
      return {
        path,
        message: `is too small: ${bound("at least", issue.minimum, issue.origin)}`,
        remedy: help ?? "Add to it",
      };
    case "too_big":
      return {
        path,
        message: `is too large: ${bound("at most", issue.maximum, issue.origin)}`,
        remedy: help ?? "Make it smaller",
      };
    default:
      return { path, message: issue.message, remedy: help ?? "Write it so" };
  }
}

function wrongType(expected: string, found: Json, path: Path, help: string | undefined): Problem {
  if (Array.isArray(path) && path[0] === "tools" && path.at(-1) === "handler" && typeof found === "object")
    return commandProblem(path);
  const message = `must be ${words(expected)}, not ${describe(found)}`;
  const isWord = typeof found === "number" || typeof found === "boolean";
  const quoted = expected === "string" && isWord && manifestTakes(path, String(found)); // else that is the next mistake
  return {
    path,
    message,
    remedy: quoted ? `Write it in quotes: "${found}"` : (help ?? `Write ${words(expected)}`),
  };
}

function bound(word: string, amount: number | bigint, origin: string): string {
  if (origin === "string") return `${word} ${amount} characters`;
  return origin === "array" ? `${word} ${amount} entries` : `${word} ${amount}`;
}

const WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function words(expected: string): string {
  return WORDS[expected] ?? expected;
}

function describe(found: Json): string {
  if (found === null) return "nothing";
  if (Array.isArray(found)) return "a list";
  if (typeof found === "object") return "an object";
  return typeof found === "string" ? "a text" : `the ${typeof found} ${found}`;
}

/** The value at a path, or undefined. */
export function at(value: Json | undefined, path: Path): Json | undefined {
  let here: Json | undefined = value;
  for (const segment of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, segment)) return undefined;
    here = (here as Readonly<Record<string | number, Json>>)[segment];
  }
  return here;
}

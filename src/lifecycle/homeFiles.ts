import { join } from "node:path";
import { parseRules } from "../decide/rules.js";
import type { PolicyDocument } from "../evidence/policy.js";
import { type Home, readConfig, readHomeFile } from "../hall/home.js";
import { makePolicyDocument } from "../hall/policy.js";
import { type ConfigIssue, configKeys, type HomeConfig, HomeConfigSchema } from "../protocol/config.js";
import { nearest } from "../protocol/nearest.js";
import { LifecycleError, type LifecycleProblem } from "./error.js";

/** What a home's config.json and rules.json propose. Throws LifecycleError BAD_FILE with every problem of the file, HomeError. */
export function readProposal(home: Home): { readonly config: HomeConfig; readonly document: PolicyDocument } {
  const rules = readHomeFile(home, "rules.json");
  refuse(home, "config.json", configProblems(readHomeFile(home, "config.json") ?? {}));
  const config = readConfig(home);
  refuse(home, "rules.json", ruleProblems(rules));
  return { config, document: makePolicyDocument(config, rules) };
}

function refuse(home: Home, file: string, problems: readonly Omit<LifecycleProblem, "file">[]): void {
  if (problems.length === 0) return;
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  throw new LifecycleError(
    "BAD_FILE",
    `${join(home.dir, file)} has ${count}.`,
    "Correct the file and run the command again; what may stand in it is in the README of wcp-hall.",
    { problems: problems.map((problem) => ({ file, ...problem })) },
  );
}

function ruleProblems(rules: unknown): readonly Omit<LifecycleProblem, "file">[] {
  const parsed = parseRules(rules);
  return "problems" in parsed ? parsed.problems : [];
}

function configProblems(config: unknown): readonly Omit<LifecycleProblem, "file">[] {
  const parsed = HomeConfigSchema.safeParse(config);
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => inWords(issue, config));
}

function inWords(issue: ConfigIssue, config: unknown): readonly Omit<LifecycleProblem, "file">[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, path));
  const remedy = issue.message.replace(/^Invalid \w+: /, "").replace(/, received \w+$/, "");
  const message = has(config, path) ? "can't be this" : "is missing";
  return [{ path: path.join("."), message, remedy }];
}

function unknownKey(key: string, path: readonly string[]): Omit<LifecycleProblem, "file"> {
  const known = configKeys(path);
  const meant = nearest(key, known);
  const remedy = `${meant === undefined ? "" : `did you mean ${meant}? `}known are ${known.join(", ")}`;
  return { path: [...path, key].join("."), message: "is not known here", remedy };
}

function has(value: unknown, path: readonly string[]): boolean {
  let here = value;
  for (const name of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, name)) return false;
    here = (here as Readonly<Record<string, unknown>>)[name];
  }
  return true;
}

import { join } from "node:path";
import { parseRules } from "../decide/rules.js";
import type { PolicyDocument } from "../evidence/policy.js";
import { type Home, readConfig, readHomeFile } from "../hall/home.js";
import { makePolicyDocument } from "../hall/policy.js";
import { type ConfigIssue, configKeys, type HomeConfig, HomeConfigSchema } from "../protocol/config.js";
import { ToolsFileSchema, toolsFileKeys } from "../protocol/foreign.js";
import { nearest } from "../protocol/nearest.js";
import { LifecycleError, type LifecycleProblem } from "./error.js";

/** What a home's config.json, tools.json and rules.json propose. Throws LifecycleError BAD_FILE with every problem of the file, HomeError. */
export function readProposal(home: Home): { readonly config: HomeConfig; readonly document: PolicyDocument } {
  const rules = readHomeFile(home, "rules.json");
  refuse(home, "config.json", configProblems(readHomeFile(home, "config.json") ?? {}));
  refuse(home, "tools.json", toolProblems(readHomeFile(home, "tools.json") ?? { tools: [] }));
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
  const problems = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => inWords(issue, config, ownKeys));
  return has(config, ["tools"]) ? [...problems, TOOLS_ELSEWHERE] : problems;
}

const TOOLS_ELSEWHERE = {
  path: "tools",
  message: "is not known here",
  remedy: "accepted tools stand in tools.json, beside this file",
};

/** The keys of config.json: the schema is that of the policy, to which tools.json brings its tools. */
function ownKeys(path: readonly string[]): readonly string[] {
  return configKeys(path).filter((key) => path.length > 0 || key !== "tools");
}

function toolProblems(tools: unknown): readonly Omit<LifecycleProblem, "file">[] {
  const parsed = ToolsFileSchema.safeParse(tools);
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => inWords(issue, tools, toolsFileKeys));
}

/** What a reader of one problem is told of the keys around it. */
type KnownKeys = (path: readonly string[]) => readonly string[];

function inWords(
  issue: ConfigIssue,
  file: unknown,
  keysAt: KnownKeys,
): readonly Omit<LifecycleProblem, "file">[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, path, keysAt));
  const remedy = issue.message.replace(/^Invalid \w+: /, "").replace(/, received \w+$/, "");
  const message = has(file, path) ? "can't be this" : "is missing";
  return [{ path: path.join("."), message, remedy }];
}

function unknownKey(key: string, path: readonly string[], keysAt: KnownKeys): Omit<LifecycleProblem, "file"> {
  const known = keysAt(path);
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

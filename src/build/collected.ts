import { CanonicalError, canonicalJson, type Json, type JsonObject } from "../protocol/canonical.js";
import { bundleAround, bundleHandler } from "./bundle.js";
import { type BuildProblem, formatPath, type ManifestPath } from "./problem.js";
import type { SkillFiles } from "./skillFiles.js";

/** What a run of a code-first module in the contained child came to. `output` is a stranger's text. */
export type CollectedRun =
  | { readonly ok: true; readonly output: Uint8Array }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** Runs the one function that a module exports, contained: no files, no network, little time. Handed in by lifecycle/. */
export type Collect = (source: Uint8Array) => Promise<CollectedRun>;

/** What a module defined: the value of a manifest, unchecked, or why there is none. */
export type Collected = {
  readonly value: Json | undefined;
  readonly problems: readonly BuildProblem[];
  readonly warnings: readonly BuildProblem[];
};

const MAX_NOTES = 100;
const MAX_TEXT = 600;

/** Bundles the module and has it collected in the contained child. Its default export becomes a manifest's value. */
export async function collectManifest(files: SkillFiles, file: string, collect: Collect): Promise<Collected> {
  const alone = await bundleHandler(files, file); // what the skill is made of, before anything of ours asks its zod
  if (!alone.ok) return nothing(alone.problems.map((problem) => orDefineSkill(file, problem)));
  const around = await bundleAround(files, file, collectorEntry(file));
  if (!around.ok) return nothing(around.problems);
  const run = await collect(around.source);
  return run.ok ? readOutput(file, run.output) : nothing([failureOf(file, run.code, run.detail)]);
}

/** The module whose default export is one tool's handler. */
export function handlerEntry(file: string, tool: string): string {
  const [from, name] = [JSON.stringify(`./${file}`), JSON.stringify(tool)];
  return `import skill from ${from}; import { handlerOf } from "hall:handler"; export default handlerOf(skill, ${name});`;
}

function collectorEntry(file: string): string {
  const [from, name] = [JSON.stringify(`./${file}`), JSON.stringify(file)];
  return `import skill from ${from}; import { collect } from "hall:collector"; export default () => collect(skill, ${name});`;
}

function nothing(problems: readonly BuildProblem[]): Collected {
  return { value: undefined, problems, warnings: [] };
}

function orDefineSkill(file: string, problem: BuildProblem): BuildProblem {
  return problem.file === file && problem.message === "no default export"
    ? { ...problem, remedy: "Write: export default defineSkill({ … })" }
    : problem;
}

function readOutput(file: string, output: Uint8Array): Collected {
  const told = parse(output);
  if (!isObject(told) || told["manifest"] === undefined) {
    const message = "what it defines can't be read";
    return nothing([
      { file, message, remedy: "Leave the output of the process alone while it is collected" },
    ]);
  }
  const problems = notesOf(file, told["problems"]);
  const { manifest } = told;
  return {
    value: manifest === null ? undefined : manifest,
    problems,
    warnings: notesOf(file, told["warnings"]),
  };
}

function parse(output: Uint8Array): Json | undefined {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(output)) as Json;
    canonicalJson(value);
    return value;
  } catch (error) {
    if (error instanceof CanonicalError || error instanceof SyntaxError || error instanceof TypeError)
      return undefined;
    throw error;
  }
}

/** Problems as the child tells them: bounded, since the author's code shares its process. */
function notesOf(file: string, notes: Json | undefined): BuildProblem[] {
  const list: readonly Json[] = Array.isArray(notes) ? notes : [];
  return list.slice(0, MAX_NOTES).map((note) => {
    const { path, message, remedy } = isObject(note) ? note : {};
    const place = formatPath(isPath(path) ? path.slice(0, 64) : []);
    return {
      file,
      ...(place === "" ? {} : { path: textOf(place) }),
      message: textOf(message),
      remedy: textOf(remedy),
    };
  });
}

function failureOf(file: string, code: string, detail: string): BuildProblem {
  const [said = ""] = detail.split("\n", 1);
  const reason = textOf(said);
  switch (code) {
    case "HANDLER_ERROR":
      return {
        file,
        message: `it throws while it is loaded: ${reason}`,
        remedy: "Define the skill at the top, and do everything else in handlers",
      };
    case "HANDLER_TIMEOUT":
      return {
        file,
        message: "loading it doesn't come to an end",
        remedy: "Do no work at the top of the module; handlers do it",
      };
    case "HANDLER_EXITED":
      return {
        file,
        message: `loading it ended the process: ${reason}`,
        remedy: "Do no work at the top of the module; handlers do it",
      };
    case "OUTPUT_TOO_LARGE":
      return { file, message: "it defines more than a manifest may hold", remedy: "Define less" };
    default:
      return {
        file,
        message: `it can't be collected on this machine (${code}): ${reason}`,
        remedy: "Build where handlers can run contained, or write a skill.yaml, which nothing has to run",
      };
  }
}

/** A text of the child for one line of a terminal. */
function textOf(value: Json | undefined): string {
  if (typeof value !== "string") return "";
  return value
    .slice(0, MAX_TEXT)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, "\u{FFFD}");
}

function isPath(value: Json | undefined): value is ManifestPath & readonly Json[] {
  return (
    Array.isArray(value) && value.every((part) => typeof part === "string" || Number.isSafeInteger(part))
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

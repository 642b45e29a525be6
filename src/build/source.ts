import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../protocol/canonical.js";
import type { SkillManifest } from "../protocol/skill.js";
import type { Collect } from "./collected.js";
import { readModule } from "./moduleSource.js";
import { BuildError, type BuildProblem, formatPath, type ManifestPath } from "./problem.js";
import { loaderOf } from "./resolveImport.js";
import { InputRefused, SkillFiles } from "./skillFiles.js";
import { isObject, toolNameProblems, toolsOf } from "./toolNames.js";
import { MAX_MANIFEST_BYTES, type ManifestText, parseManifestText } from "./yaml.js";

const MANIFEST = "skill.yaml";
/** A code-first skill has one of these instead. */
const MODULES = ["skill.ts", "skill.mts", "skill.js", "skill.mjs"];

/** What the manifest's check says of a place in it. */
export type ManifestProblem = {
  readonly path: ManifestPath;
  readonly message: string;
  readonly remedy: string;
};

/** `checkManifest` of compile/, handed in: build/ and compile/ don't know each other (house.md). */
export type CheckManifest = (
  value: unknown,
) =>
  | { readonly manifest: SkillManifest; readonly warnings: readonly ManifestProblem[] }
  | { readonly problems: readonly ManifestProblem[] };

/**
 * A tool's handler as the manifest names it. `file` is its real path within the skill; `entry` the text of the module
 * around it whose default export it is, where the file's own isn't.
 */
export type DeclaredHandler = { readonly tool: string; readonly file: string; readonly entry?: string };

/** A skill's directory, read. `manifest` is undefined when there are problems with it. */
export type SkillSource = {
  readonly files: SkillFiles;
  readonly manifest: SkillManifest | undefined;
  /** The handlers that can be bundled, also where the manifest has problems elsewhere: so all are found at once. */
  readonly handlers: readonly DeclaredHandler[];
  readonly problems: readonly BuildProblem[];
  readonly warnings: readonly BuildProblem[];
  /** A problem of the manifest with its file and line. */
  place(problem: ManifestProblem): BuildProblem;
};

/**
 * Reads a skill's skill.yaml and finds its handlers; where there is none, its skill.ts, whose code only `collect` runs.
 * Throws BuildError when there is no manifest to read.
 */
export async function readSkillSource(
  directory: string,
  checkManifest: CheckManifest,
  collect?: Collect,
): Promise<SkillSource> {
  const files = openFiles(directory);
  const module = MODULES.find((name) => existsSync(join(files.root, name)));
  if (module === undefined || existsSync(join(files.root, MANIFEST)))
    return readYaml(files, directory, checkManifest, module);
  return readModule(files, module, checkManifest, collect);
}

function readYaml(
  files: SkillFiles,
  directory: string,
  checkManifest: CheckManifest,
  module: string | undefined,
): SkillSource {
  const text = parseManifestText(decode(readManifest(files, directory)), MANIFEST);
  if (text.value === undefined) throw new BuildError(text.problems);
  const checked = checkManifest(text.value);
  const ofCheck = "problems" in checked ? checked.problems.filter(({ path }) => text.wasRead(path)) : [];
  const declared = declaredHandlers(files, text.value);
  const isDeclared = ({ path }: ManifestProblem) => {
    const place = formatPath(path);
    return declared.problems.some((problem) => formatPath(problem.path) === place); // which knows the file system
  };
  const names = toolNameProblems(text.value);
  const place = (problem: ManifestProblem) => placed(text, problem);
  const isUnread = module !== undefined && declared.handlers.every(({ file }) => file !== module);
  return {
    files,
    manifest: "manifest" in checked ? checked.manifest : undefined,
    handlers: declared.handlers,
    problems: [
      ...text.problems,
      ...[...ofCheck.filter((problem) => !isDeclared(problem)), ...names, ...declared.problems].map(place),
    ],
    warnings: [
      ...("manifest" in checked ? checked.warnings.map(place) : []),
      ...(isUnread ? [notRead(module)] : []),
    ],
    place,
  };
}

function notRead(module: string): BuildProblem {
  return {
    file: module,
    message: `isn't used, since there is a ${MANIFEST}`,
    remedy: "Remove one of the two",
  };
}

function openFiles(directory: string): SkillFiles {
  try {
    return new SkillFiles(directory);
  } catch (error) {
    if (!(error instanceof InputRefused)) throw error;
    throw new BuildError([{ file: directory, message: error.message, remedy: error.remedy }], {
      cause: error,
    });
  }
}

function readManifest(files: SkillFiles, directory: string): Uint8Array {
  try {
    return files.read(MANIFEST, MAX_MANIFEST_BYTES).bytes;
  } catch (error) {
    if (!(error instanceof InputRefused)) throw error;
    const isElsewhere = !existsSync(join(files.root, MANIFEST));
    const message = isElsewhere ? `no such file in ${directory}` : error.message;
    const remedy = isElsewhere
      ? 'Name the directory of a skill, or begin one: "hall skill init NAME"'
      : error.remedy;
    throw new BuildError([{ file: MANIFEST, message, remedy }], { cause: error });
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new BuildError([{ file: MANIFEST, message: "not UTF-8 text", remedy: "Save it as UTF-8" }], {
      cause,
    });
  }
}

function placed(text: ManifestText, { path, message, remedy }: ManifestProblem): BuildProblem {
  const position = text.at(path);
  const place = formatPath(path);
  return {
    file: MANIFEST,
    ...(position === undefined ? {} : { line: position.line }),
    ...(place === "" ? {} : { path: place }),
    message,
    remedy: versionHint(text, path) ?? remedy,
  };
}

/**
 * `version: 1.10` is the number 1.1 in YAML; only the text as written tells what was meant. Undefined where that
 * can't be made a version, which has three numbers.
 */
function versionHint(text: ManifestText, path: ManifestPath): string | undefined {
  const isVersion = path.length === 1 && path[0] === "version";
  if (!isVersion || !isObject(text.value) || typeof text.value["version"] !== "number") return undefined;
  const written = text.at(path)?.text ?? "";
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*))?$/.test(written)) return undefined;
  const missing = written.includes(".") ? ".0" : ".0.0";
  return `Write three numbers in quotes: version: "${written}${missing}"`;
}

function declaredHandlers(files: SkillFiles, value: Json) {
  const handlers: DeclaredHandler[] = [];
  const problems: ManifestProblem[] = [];
  toolsOf(value).forEach((tool, i) => {
    const { name, handler } = tool;
    if (typeof handler !== "string") return; // the manifest's check has said so
    try {
      checkHandlerPath(handler);
      const file = files.resolve(handler);
      if (loaderOf(file) === "json")
        throw new InputRefused("it is a .json file", "Name a .ts, .js or .mjs file");
      handlers.push({ tool: typeof name === "string" ? name : `tools[${i}]`, file });
    } catch (error) {
      if (!(error instanceof InputRefused)) throw error;
      const message = `${JSON.stringify(handler)}: ${error.message}`;
      problems.push({ path: ["tools", i, "handler"], message, remedy: error.remedy });
    }
  });
  return { handlers, problems };
}

function checkHandlerPath(handler: string): void {
  const parts = handler.split("/");
  if (parts.some((part) => part === "" || part === ".." || /[\\:\0]/.test(part)))
    throw new InputRefused(
      "not a path within the skill",
      "Write it like src/search.ts, from the skill's directory",
    );
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Json, JsonObject } from "../protocol/canonical.js";
import type { SkillManifest } from "../protocol/skill.js";
import { BuildError, type BuildProblem, formatPath, type ManifestPath } from "./problem.js";
import { loaderOf } from "./resolveImport.js";
import { InputRefused, SkillFiles } from "./skillFiles.js";
import { MAX_MANIFEST_BYTES, type ManifestText, parseManifestText } from "./yaml.js";

const MANIFEST = "skill.yaml";

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

/** A tool's handler as the manifest names it. `file` is its real path within the skill. */
export type DeclaredHandler = { readonly tool: string; readonly file: string };

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

/** Reads a skill's skill.yaml and finds its handlers. Throws BuildError when there is no manifest to read. */
export function readSkillSource(directory: string, checkManifest: CheckManifest): SkillSource {
  const { files, bytes } = openSkill(directory);
  const text = parseManifestText(decode(bytes), MANIFEST);
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
  return {
    files,
    manifest: "manifest" in checked ? checked.manifest : undefined,
    handlers: declared.handlers,
    problems: [
      ...text.problems,
      ...[...ofCheck.filter((problem) => !isDeclared(problem)), ...names, ...declared.problems].map(place),
    ],
    warnings: "manifest" in checked ? checked.warnings.map(place) : [],
    place,
  };
}

function openSkill(directory: string): { files: SkillFiles; bytes: Uint8Array } {
  let file = directory;
  try {
    const files = new SkillFiles(directory);
    file = MANIFEST;
    return { files, bytes: files.read(MANIFEST, MAX_MANIFEST_BYTES).bytes };
  } catch (error) {
    if (!(error instanceof InputRefused)) throw error;
    const isElsewhere = file === MANIFEST && !existsSync(join(directory, MANIFEST));
    const message = isElsewhere ? `no such file in ${directory}` : error.message;
    const remedy = isElsewhere
      ? 'Name the directory of a skill, or begin one: "hall skill init NAME"'
      : error.remedy;
    throw new BuildError([{ file, message, remedy }], { cause: error });
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

/** Tool names become file names in the artifact, which differ by more than case and begin with no hyphen (formats.md). */
function toolNameProblems(value: Json): ManifestProblem[] {
  const problems: ManifestProblem[] = [];
  const spelled = new Map<string, string>();
  toolsOf(value).forEach(({ name }, i) => {
    if (typeof name !== "string") return;
    const path = ["tools", i, "name"];
    const other = spelled.get(name.toLowerCase());
    if (name.startsWith("-"))
      problems.push({
        path,
        message: `${name} begins with a hyphen`,
        remedy: "Begin it with a letter, digit or _",
      });
    if (other !== undefined && other !== name)
      problems.push({
        path,
        message: `${name} is ${other} but for case`,
        remedy: "Choose another name for one",
      });
    spelled.set(name.toLowerCase(), name);
  });
  return problems;
}

/** The tools as far as they have a shape; the others keep their index as empty objects. */
function toolsOf(value: Json): readonly JsonObject[] {
  const tools = isObject(value) ? value["tools"] : undefined;
  return Array.isArray(tools) ? (tools as readonly Json[]).map((tool) => (isObject(tool) ? tool : {})) : [];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

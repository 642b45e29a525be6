import {
  compareBytes,
  type Json,
  type JsonObject,
  parseCanonical,
  sha256Hex,
} from "../protocol/canonical.js";
import { ADAPTERS } from "../protocol/standing.js";
import { ArtifactError, type FileEntry, readArchive } from "./archive.js";

export { ArtifactError, packArtifact } from "./archive.js";

/** A skill as one file, read and found to be in canonical form. Its manifest is still an unchecked stranger's. */
export type Artifact = {
  /** SHA-256 of the tar: the artifact's name. */
  readonly digest: string;
  /** Every file, index.json included, as the package hash wants them (wcp.md 7.1). */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The bytes of skill.json; their SHA-256 is the manifest hash. */
  readonly skill_json: Uint8Array;
  readonly manifest_hash: string;
  /** What skill.json says, not yet checked as a manifest. */
  readonly skill: JsonObject;
  /** The bundled ESM source of each tool. */
  readonly handlers: ReadonlyMap<string, Uint8Array>;
  /** The files that it was built from. */
  readonly inputs: readonly FileEntry[];
};

const DOCUMENTS = ["index.json", "skill.json", "inputs.json", "SKILL.md", "mcp.json"];

/**
 * A skill's artifact from its bytes (formats.md, Artifact and certificate). Refuses any byte that isn't as the
 * builder writes it, a missing file and a file too many. Throws ArtifactError.
 */
export function readArtifact(bytes: Uint8Array): Artifact {
  const { digest, files } = readArchive(bytes);
  const skill_json = fileOf(files, "skill.json");
  const skill = parseCanonical(skill_json);
  if (!isObject(skill)) throw new ArtifactError("skill.json", "it isn't an object");
  const inputs = parseInputs(parseCanonical(fileOf(files, "inputs.json")));
  const tools = toolNames(skill);
  checkFileSet(files, tools);
  const handlers = new Map(tools.map((tool) => [tool, sourceOf(files, handlerPath(tool))]));
  return { digest, files, skill_json, manifest_hash: sha256Hex(skill_json), skill, handlers, inputs };
}

/** Where the artifact has a tool's bundled handler. */
export function handlerPath(tool: string): string {
  return `handlers/${tool}.mjs`;
}

/** Where the artifact has the definitions for a platform. */
export function platformPath(platform: string): string {
  return `tools/${platform}.json`;
}

function checkFileSet(files: ReadonlyMap<string, Uint8Array>, tools: readonly string[]): void {
  const expected = new Set([...DOCUMENTS, ...ADAPTERS.map(platformPath), ...tools.map(handlerPath)]);
  for (const path of expected) fileOf(files, path);
  for (const path of files.keys())
    if (!expected.has(path))
      throw new ArtifactError(path, "no part of a skill, so it may not be in the artifact");
}

function fileOf(files: ReadonlyMap<string, Uint8Array>, path: string): Uint8Array {
  const content = files.get(path);
  if (content === undefined) throw new ArtifactError(path, "missing from the artifact");
  return content;
}

function sourceOf(files: ReadonlyMap<string, Uint8Array>, path: string): Uint8Array {
  const source = fileOf(files, path);
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(source);
  } catch {
    throw new ArtifactError(path, "not UTF-8");
  }
  return source;
}

function toolNames(skill: JsonObject): string[] {
  const tools = skill["tools"];
  const names = Array.isArray(tools)
    ? (tools as readonly Json[]).map((tool) => isObject(tool) && tool["name"])
    : [];
  if (names.length === 0 || !names.every((name) => typeof name === "string"))
    throw new ArtifactError("skill.json", "tools isn't a list of objects with a name");
  if (new Set(names).size !== names.length) throw new ArtifactError("skill.json", "two tools with one name");
  return names;
}

function parseInputs(document: Json): FileEntry[] {
  const wrong = (problem: string) => new ArtifactError("inputs.json", problem);
  if (!isObject(document) || document["v"] !== 1 || Object.keys(document).length !== 2)
    throw wrong("it isn't {v: 1, inputs}");
  const list = document["inputs"];
  if (!Array.isArray(list) || !list.every(isFileEntry))
    throw wrong("inputs isn't a list of {path, sha256, size}");
  const entries: readonly FileEntry[] = list;
  entries.forEach((entry, i) => {
    const before = entries[i - 1];
    if (before !== undefined && compareBytes(before.path, entry.path) >= 0)
      throw wrong("paths aren't in byte order, each once");
  });
  return [...entries];
}

function isFileEntry(entry: unknown): entry is FileEntry {
  if (!isObject(entry) || Object.keys(entry).length !== 3) return false;
  const { path, sha256, size } = entry;
  return (
    typeof path === "string" &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..") &&
    typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    Number.isSafeInteger(size) &&
    Number(size) >= 0
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

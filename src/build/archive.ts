import {
  CanonicalError,
  canonicalBytes,
  compareBytes,
  parseCanonical,
  sha256Hex,
} from "../protocol/canonical.js";
import { checkArtifactPath, findPathConflict } from "./artifactPath.js";
import { readUstar, ustarLength, writeUstar } from "./ustar.js";

export const MAX_ARTIFACT_BYTES = 16 * 1024 * 1024;
export const MAX_ARTIFACT_FILES = 1000; // index.json counts
const INDEX = "index.json";

/** An artifact that is refused. The message names the file in it, what is wrong and what to do. */
export class ArtifactError extends Error {
  override readonly name = "ArtifactError";
  readonly problem: string;
  readonly remedy: string;
  constructor(where: string, problem: string, remedy = 'Build it again with "hall skill build"') {
    super(`${where}: ${problem}. ${remedy}.`);
    this.problem = `${where}: ${problem}`;
    this.remedy = remedy;
  }
}

/** The bytes of a file of an artifact as their index and inputs.json list them. */
export type FileEntry = { readonly path: string; readonly sha256: string; readonly size: number };

/**
 * The artifact file of these contents (formats.md, Artifact and certificate): index.json, always made anew, then
 * the rest in byte order of path. Throws ArtifactError on a path, count, size or .json that no artifact may have.
 */
export function packArtifact(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const rest = [...files].filter(([path]) => path !== INDEX).sort(([a], [b]) => compareBytes(a, b));
  checkContents(rest);
  const index = canonicalBytes({ v: 1, files: rest.map(([path, content]) => fileEntry(path, content)) });
  const all = [[INDEX, index] as const, ...rest];
  if (ustarLength(all.map(([, content]) => content.length)) > MAX_ARTIFACT_BYTES)
    throw new ArtifactError(
      "artifact",
      "it is larger than 16 MiB",
      "Bundle less: smaller dependencies or data",
    );
  return writeUstar(all);
}

/**
 * The files of an artifact, index.json included, from a private copy of its bytes. What is read and written again
 * must give the same bytes: so links, modes, duplicates, order and trailing bytes need no rule of their own.
 * Says nothing about which files a skill has: `readArtifact` does.
 */
export function readArchive(bytes: Uint8Array): { digest: string; files: ReadonlyMap<string, Uint8Array> } {
  if (bytes.length > MAX_ARTIFACT_BYTES) throw new ArtifactError("artifact", "it is larger than 16 MiB");
  const held = new Uint8Array(bytes); // the caller may still write to its own
  const files = new Map(readUstar(held) ?? []);
  if (!files.has(INDEX)) throw new ArtifactError(INDEX, "it is missing, or this is no artifact");
  const again = packArtifact(files);
  if (Buffer.compare(held, again) !== 0) {
    const at = held.findIndex((byte, i) => byte !== again[i]);
    throw new ArtifactError(
      "artifact",
      `it isn't in its one canonical form, from byte ${at < 0 ? held.length : at} on`,
    );
  }
  return { digest: sha256Hex(held), files };
}

/** Path, hash and size of a file. */
export function fileEntry(path: string, content: Uint8Array): FileEntry {
  return { path, sha256: sha256Hex(content), size: content.length };
}

function checkContents(files: readonly (readonly [string, Uint8Array])[]): void {
  if (files.length + 1 > MAX_ARTIFACT_FILES)
    throw new ArtifactError("artifact", `it has more than ${MAX_ARTIFACT_FILES} files`, "Bundle fewer files");
  for (const [path, content] of files) {
    const problem = checkArtifactPath(path);
    if (problem !== undefined) throw new ArtifactError(JSON.stringify(path), problem, "Rename the file");
    if (path.endsWith(".json")) checkCanonical(path, content);
  }
  const conflict = findPathConflict([INDEX, ...files.map(([path]) => path)]);
  if (conflict !== undefined)
    throw new ArtifactError(
      conflict,
      "another path is the same but for case, or lies in it",
      "Rename one of them",
    );
}

function checkCanonical(path: string, content: Uint8Array): void {
  try {
    parseCanonical(content);
  } catch (error) {
    if (error instanceof CanonicalError) throw new ArtifactError(path, error.message);
    throw error;
  }
}

import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { compareBytes } from "../protocol/canonical.js";
import { type FileEntry, fileEntry, MAX_ARTIFACT_BYTES } from "./archive.js";

/** A file that a skill may not be built from: why, and what its author can do. */
export class InputRefused extends Error {
  override readonly name = "InputRefused";
  readonly remedy: string;
  constructor(problem: string, remedy: string) {
    super(problem);
    this.remedy = remedy;
  }
}

/** A file of the skill: its real path relative to the skill, with `/`, and its bytes. */
export type InputFile = { readonly path: string; readonly bytes: Uint8Array };

/**
 * The files under a skill's directory. Each is read once, so whatever uses it in one build sees the same bytes,
 * and what was read is the list of inputs. A file whose real path leaves the directory is refused.
 */
export class SkillFiles {
  readonly root: string;
  readonly #read = new Map<string, Uint8Array>();

  /** Throws InputRefused when `directory` isn't one. */
  constructor(directory: string) {
    this.root = real(directory);
    if (!statSync(this.root).isDirectory())
      throw new InputRefused("not a directory", "Name the skill's directory");
  }

  /** The path of an existing file within the skill, after every symbolic link. Throws InputRefused. */
  resolve(path: string): string {
    const within = relative(this.root, real(isAbsolute(path) ? path : join(this.root, path)));
    if (within === "" || within === ".." || within.startsWith(`..${sep}`) || isAbsolute(within))
      throw new InputRefused(
        "its real path lies outside the skill's directory",
        "Put the file into the skill, packages into the skill's own node_modules",
      );
    return sep === "/" ? within : within.replaceAll(sep, "/");
  }

  /** Reads a file of at most `maxBytes`. Throws InputRefused. */
  read(path: string, maxBytes = MAX_ARTIFACT_BYTES): InputFile {
    const within = this.resolve(path);
    const bytes = this.#read.get(within) ?? readBounded(join(this.root, within), maxBytes);
    this.#read.set(within, bytes);
    return { path: within, bytes };
  }

  /** Every file read so far, in byte order of path. */
  inputs(): FileEntry[] {
    return [...this.#read]
      .map(([path, bytes]) => fileEntry(path, bytes))
      .sort((a, b) => compareBytes(a.path, b.path));
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    throw new InputRefused("no such file", "Create it, or correct the path");
  }
}

function readBounded(path: string, maxBytes: number): Uint8Array {
  const fd = open(path);
  try {
    const { size } = regular(fd);
    if (size > maxBytes)
      throw new InputRefused(
        `larger than ${maxBytes / 1024} KB`,
        "Make it smaller, or keep it out of the skill",
      );
    const bytes = new Uint8Array(size);
    let length = 0;
    for (let got = -1; got !== 0 && length < size; length += got)
      got = readSync(fd, bytes, length, size - length, null);
    return bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

function open(path: string): number {
  try {
    // a pipe would block the opening, and a link here was put in after its real path was taken
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    throw new InputRefused("it can't be opened", "Check that it may be read");
  }
}

function regular(fd: number): { size: number } {
  const stat = fstatSync(fd);
  if (!stat.isFile()) throw new InputRefused("not a regular file", "Name a file");
  return stat;
}

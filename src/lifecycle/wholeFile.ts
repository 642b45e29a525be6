import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { LifecycleError } from "./error.js";

/** A file's new content, written beside it: only giving it the file's name is left to do. */
export type Prepared = { readonly commit: () => void; readonly drop: () => void };

/** Writes a file whole or not at all, making its directories: synced, then renamed into place. */
export function writeWhole(path: string, content: Uint8Array | string): void {
  prepareWhole(path, content).commit();
}

/**
 * The first half of writing a file whole, for work that mustn't begin where the file can't be written. A file that is
 * read-only stays: that is what whoever made it so wants. Throws the system's error, with `path` as its path.
 */
export function prepareWhole(path: string, content: Uint8Array | string): Prepared {
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  const drop = () => rmSync(part, { force: true });
  try {
    checkReplaceable(path);
    const file = openSync(part, "w", modeOf(path));
    try {
      const bytes = Buffer.from(content);
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    drop();
    throw error;
  }
  const commit = () => {
    try {
      renameSync(part, path);
    } catch (error) {
      drop();
      throw error;
    }
  };
  return { commit, drop };
}

/** Throws the system's error where a file can't be given other content. Changes nothing. */
export function checkWritable(path: string): void {
  prepareWhole(path, "").drop();
}

/** What was private to its user stays so. */
function modeOf(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.mode ?? 0o644) & 0o777;
}

/** Opens a file for writing and changes nothing: access(2) would ask for another user than the one who writes. */
function checkReplaceable(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) closeSync(openSync(path, "r+"));
}

/** JSON as people keep it in files: two spaces, a newline at the end. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The bytes of a file; undefined when there is none. Throws LifecycleError BAD_FILE when it is larger than `maxBytes`. */
export function readIfThere(path: string, maxBytes: number): Uint8Array | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.size <= maxBytes) return readFileSync(path);
  throw new LifecycleError(
    "BAD_FILE",
    `${path} is larger than ${maxBytes} bytes.`,
    "Put the right file in its place.",
  );
}

/** The parsed JSON of a file; undefined when there is none. Throws LifecycleError BAD_FILE. */
export function readJsonIfThere(path: string, maxBytes = 1024 * 1024): unknown {
  const bytes = readIfThere(path, maxBytes);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (cause) {
    throw new LifecycleError("BAD_FILE", `${path} isn't JSON.`, "Correct it, or move it away.", { cause });
  }
}

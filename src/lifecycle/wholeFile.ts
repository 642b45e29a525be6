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

/** Writes a file whole or not at all, making its directories: synced, then renamed into place. */
export function writeWhole(path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  try {
    const file = openSync(part, "w", 0o644);
    try {
      const bytes = Buffer.from(content);
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
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

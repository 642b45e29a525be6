import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { parseWitness, witnessLine } from "../evidence/witness.js";
import type { Head } from "../protocol/outcome.js";
import { RecordsError } from "./error.js";

/** The file beside the database that remembers how long the ledger was (formats.md, The witness). */
export type Witness = {
  /** The last lines, and whether a crash tore the very last one. Throws RecordError when another isn't one. */
  tail(): WitnessTail;
  /**
   * The same, if the file isn't as long as when it was last `took` or written here; undefined if it is. One that can't
   * be read says nothing new: what can't be read can't be written either, and that stops whatever it must stop.
   */
  news(): WitnessTail | undefined;
  /** These lines were dealt with: until the file changes they are no news. */
  took(tail: WitnessTail): void;
  /** Every line, for verify. */
  all(): readonly Head[];
  /** Adds a line, in one write; returns how many bytes the file has then. Throws RecordsError WITNESS. */
  append(head: Head): number;
  /** Puts a file of this one line in its place; only under the write lock. Throws RecordsError WITNESS. */
  replace(head: Head): void;
  close(): void;
};

export type WitnessTail = {
  readonly heads: readonly Head[];
  readonly isTorn: boolean;
  readonly bytes: number;
  /** Which file it is; 0 when there is none. */
  readonly ino: number;
};

/** Over this size the file is replaced by one line. */
export const MAX_WITNESS_BYTES = 1024 * 1024;
const TAIL_BYTES = 8 * 1024; // some thirty lines, more than processes that race put out of order

/** Opens the witness at a path; null keeps none (a ledger in memory). The file is made by the first line. */
export function openWitness(path: string | null): Witness {
  return path === null ? NO_WITNESS : fileWitness(path);
}

const NO_WITNESS: Witness = {
  tail: () => ({ heads: [], isTorn: false, bytes: 0, ino: 0 }),
  news: () => undefined,
  took: () => {},
  all: () => [],
  append: () => 0,
  replace: () => {},
  close: () => {},
};

function fileWitness(path: string): Witness {
  let open: { readonly fd: number; readonly ino: number } | undefined;
  const close = (): void => {
    if (open !== undefined) closeSync(open.fd);
    open = undefined;
  };
  /** The file as this process knows it. */
  let seen: Pick<WitnessTail, "bytes" | "ino"> = { bytes: 0, ino: 0 };
  const isAsSeen = (there: Stats | undefined): boolean =>
    (there?.size ?? 0) === seen.bytes && (there?.ino ?? 0) === seen.ino;
  const tail = (): WitnessTail => {
    const { text, bytes, ino } = readTail(path);
    return { heads: parseWitness(text), isTorn: text !== "" && !text.endsWith("\n"), bytes, ino };
  };
  return {
    tail,
    news() {
      try {
        return isAsSeen(readIfThere(path, undefined, () => statSync(path))) ? undefined : tail();
      } catch (error) {
        if (error instanceof RecordsError && error.code === "WITNESS") return undefined;
        throw error;
      }
    },
    took({ bytes, ino }) {
      seen = { bytes, ino };
    },
    all: () => parseWitness(readIfThere(path, "", () => readFileSync(path, "latin1"))),
    append(head) {
      return toWitness(path, () => {
        // One look, since every call counts here: another process may have replaced the file, or somebody moved it.
        const there = statSync(path, { throwIfNoEntry: false });
        if (open?.ino !== there?.ino) close();
        open ??= openToAppend(path);
        const line = witnessLine(head);
        writeWhole(open.fd, line);
        const bytes = (there?.size ?? 0) + line.length;
        // Where another process's line came first, the file is longer than this, and so is read again.
        if (isAsSeen(there)) seen = { bytes, ino: open.ino };
        return bytes;
      });
    },
    replace(head) {
      toWitness(path, () => {
        close();
        const draft = `${path}.${process.pid}.new`;
        const made = openSync(draft, "w", 0o600);
        try {
          const line = witnessLine(head);
          writeWhole(made, line);
          fsyncSync(made);
          seen = { bytes: line.length, ino: fstatSync(made).ino };
        } finally {
          closeSync(made);
        }
        renameSync(draft, path);
      });
    },
    close,
  };
}

function openToAppend(path: string): { readonly fd: number; readonly ino: number } {
  const fd = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
  return { fd, ino: fstatSync(fd).ino };
}

function writeWhole(fd: number, line: string): void {
  const bytes = Buffer.from(line, "ascii");
  const written = writeSync(fd, bytes);
  if (written !== bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes were written`);
}

function toWitness<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RecordsError("WITNESS", `the witness ${path} can't be written: ${why}`, { cause: error });
  }
}

function readTail(path: string): { text: string; bytes: number; ino: number } {
  return readIfThere(path, { text: "", bytes: 0, ino: 0 }, () => {
    const fd = openSync(path, "r");
    try {
      const { size: bytes, ino } = fstatSync(fd);
      const start = Math.max(0, bytes - TAIL_BYTES);
      const buffer = Buffer.alloc(bytes - start);
      const text = buffer.toString("latin1", 0, readSync(fd, buffer, 0, buffer.length, start));
      return { text: start === 0 ? text : text.slice(text.indexOf("\n") + 1), bytes, ino };
    } finally {
      closeSync(fd);
    }
  });
}

function readIfThere<T>(path: string, otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isMissing(error)) return otherwise;
    const why = error instanceof Error ? error.message : String(error);
    throw new RecordsError("WITNESS", `the witness ${path} can't be read: ${why}`, { cause: error });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

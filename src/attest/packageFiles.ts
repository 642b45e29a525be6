import { constants, type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isExcludedName, PackageError, packageHash } from "./packageHash.js";

/**
 * The hash of the package in a directory (wcp.md 7.1), of the bytes as they are now. Fails closed: a link, a
 * special file, anything unreadable, a name that isn't UTF-8 or has a newline throws PackageError, as does a root
 * that isn't there.
 */
export function canonicalPackageHash(root: string): string {
  return packageHash(packageFiles(root));
}

/** The files of a package, one at a time, in no promised order; excluded names aren't looked into. */
export function* packageFiles(root: string): Iterable<{ readonly path: string; readonly bytes: Uint8Array }> {
  yield* walk(root, "");
}

function* walk(
  root: string,
  directory: string,
): Iterable<{ readonly path: string; readonly bytes: Uint8Array }> {
  for (const entry of entriesOf(root, directory)) {
    const name = nameOf(entry, directory);
    if (isExcludedName(name)) continue;
    const path = directory === "" ? name : `${directory}/${name}`;
    if (entry.isDirectory()) yield* walk(root, path);
    else if (entry.isFile()) yield { path, bytes: contentOf(root, path) };
    else throw new PackageError("NOT_A_FILE", path, "is a link or a special file; put the file itself there");
  }
}

function entriesOf(root: string, directory: string): readonly Dirent<Buffer>[] {
  try {
    return readdirSync(join(root, directory), { withFileTypes: true, encoding: "buffer" });
  } catch (cause) {
    throw new PackageError("UNREADABLE", directory, "this directory can't be read", { cause });
  }
}

function nameOf(entry: Dirent<Buffer>, directory: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(entry.name);
  } catch (cause) {
    throw new PackageError("BAD_NAME", directory, "holds a name that isn't UTF-8; rename it", { cause });
  }
}

/** A link or pipe put there after the listing is refused by the open, and doesn't hang it. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

function contentOf(root: string, path: string): Uint8Array {
  try {
    return readFileSync(join(root, path), { flag: FLAGS as unknown as string });
  } catch (cause) {
    throw new PackageError("UNREADABLE", path, "can't be read", { cause });
  }
}

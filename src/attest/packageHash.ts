import { compareBytes, sha256Hex } from "../protocol/canonical.js";

/** A package that has no hash: the path, what is wrong with it, and what to do. */
export class PackageError extends Error {
  override readonly name = "PackageError";
  readonly code: "BAD_NAME" | "DUPLICATE" | "NOT_A_FILE" | "UNREADABLE";
  readonly path: string;
  constructor(code: PackageError["code"], path: string, problem: string, options?: ErrorOptions) {
    super(`${path === "" ? "the package" : JSON.stringify(path)}: ${problem}`, options);
    this.code = code;
    this.path = path;
  }
}

const EXCLUDED = new Set([
  ".git",
  "__pycache__",
  ".DS_Store",
  "manifest.json",
  "manifest.sig",
  "manifest.tmp",
]);

/** Names that a package hash leaves out, wherever they stand in a path (wcp.md 7.1). */
export function isExcludedName(name: string): boolean {
  return EXCLUDED.has(name) || name.endsWith(".pyc");
}

/**
 * The hash of a package, 64 hex: over `<path>\n<size>\n<sha256 of content>\n` of each file, in the byte order of
 * their relative paths (wcp.md 7.1). No file gives the hash of nothing. Throws PackageError on a path that is
 * there twice, leaves the package, or could be read as something else.
 */
export function packageHash(files: Iterable<{ readonly path: string; readonly bytes: Uint8Array }>): string {
  const lines: { path: string; line: string }[] = [];
  for (const { path, bytes } of files) {
    checkPath(path);
    if (path.split("/").some(isExcludedName)) continue;
    lines.push({ path, line: `${path}\n${bytes.length}\n${sha256Hex(bytes)}\n` });
  }
  lines.sort((a, b) => compareBytes(a.path, b.path));
  lines.forEach(({ path }, i) => {
    if (i > 0 && lines[i - 1]?.path === path)
      throw new PackageError("DUPLICATE", path, "is there twice; keep one");
  });
  return sha256Hex(...lines.map(({ line }) => line));
}

function checkPath(path: string): void {
  if (path.includes("\n") || path.includes("\0") || !path.isWellFormed()) {
    throw new PackageError("BAD_NAME", path, "has a newline, NUL or broken Unicode in its name; rename it");
  }
  if (path.split("/").some((name) => name === "" || name === "." || name === "..")) {
    throw new PackageError("BAD_NAME", path, "isn't a plain relative path");
  }
}

const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const MAX_PATH_BYTES = 99;

/** Names that the package hash leaves out at every depth (wcp.md 7.1), so no file of an artifact may bear one. */
const EXCLUDED = new Set([
  ".git",
  "__pycache__",
  ".DS_Store",
  "manifest.json",
  "manifest.sig",
  "manifest.tmp",
]);

/** What is wrong with a path inside an artifact (formats.md), or undefined when it may be used. */
export function checkArtifactPath(path: string): string | undefined {
  if (path.length > MAX_PATH_BYTES) return `the path is longer than ${MAX_PATH_BYTES} bytes`;
  for (const segment of path.split("/")) {
    if (!SEGMENT.test(segment)) return "a path is segments of A-Z, a-z, 0-9, ., _ and - joined by /";
    if (EXCLUDED.has(segment) || segment.endsWith(".pyc"))
      return `the package hash would leave out ${segment}`;
  }
  return undefined;
}

/** The first path that is another's equal but for case, or that another needs as a directory. */
export function findPathConflict(paths: Iterable<string>): string | undefined {
  const files = new Set<string>();
  const directories = new Set<string>();
  for (const path of paths) {
    const folded = path.toLowerCase();
    if (files.has(folded) || directories.has(folded)) return path;
    files.add(folded);
    for (let slash = folded.indexOf("/"); slash !== -1; slash = folded.indexOf("/", slash + 1)) {
      const directory = folded.slice(0, slash);
      if (files.has(directory)) return path;
      directories.add(directory);
    }
  }
  return undefined;
}

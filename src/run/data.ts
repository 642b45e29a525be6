import { lstat, mkdir, opendir, realpath } from "node:fs/promises";
import { join } from "node:path";

const MAX_ENTRIES = 100_000;

/** A data directory that no child may be given. */
export class DataDirectoryError extends Error {
  override readonly name = "DataDirectoryError";
}

/**
 * Makes the directory (0700) if it is missing and returns its real path. Throws DataDirectoryError when it holds a
 * symlink: Node's permission flags follow one that already lies in an allowed directory, to read and to write
 * (platform.md 1). A child can't make one, so looking before each child starts is enough.
 */
export async function prepareDataDirectory(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if ((await lstat(dir)).isSymbolicLink()) throw new DataDirectoryError(refusal(dir));
  const real = await realpath(dir);
  await refuseLinks(real);
  return real;
}

async function refuseLinks(root: string): Promise<void> {
  let seen = 0;
  const waiting = [root];
  for (let dir = waiting.pop(); dir !== undefined; dir = waiting.pop()) {
    for await (const entry of await opendir(dir)) {
      const path = join(dir, entry.name);
      if (entry.isSymbolicLink()) throw new DataDirectoryError(refusal(path));
      if (entry.isDirectory()) waiting.push(path);
      seen += 1;
      if (seen > MAX_ENTRIES) {
        throw new DataDirectoryError(
          `the data directory has over ${MAX_ENTRIES} entries, too many to check: ${root}`,
        );
      }
    }
  }
}

function refusal(path: string): string {
  return `the data directory holds a symlink, which would lead the handler outside of it; replace it by what it points to: ${path}`;
}

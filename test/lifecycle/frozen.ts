import { chmodSync, chownSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** A user whom nothing belongs to. */
export const NOBODY = 65534;

/** Runs as a user for whom rights hold: root, as CI often is, may write anywhere. */
export async function unprivileged<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** Gives a tree to that user, and takes away the right to write it. */
export function freeze(path: string): void {
  const isDirectory = statSync(path).isDirectory();
  if (isDirectory) for (const name of readdirSync(path)) freeze(join(path, name));
  if (process.geteuid?.() === 0) chownSync(path, NOBODY, NOBODY);
  chmodSync(path, statSync(path).mode & 0o555);
}

/** Gives it back. */
export function thaw(path: string): void {
  chmodSync(path, statSync(path).mode | 0o200);
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) thaw(join(path, name));
}

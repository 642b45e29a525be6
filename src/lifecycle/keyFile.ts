import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createKeyFile, loadKeyFile } from "../attest/keys.js";
import { LifecycleError } from "./error.js";
import type { Workshop } from "./workshop.js";

export type KeyReport = { readonly file: string; readonly key: string };

/**
 * Makes an Ed25519 key for an approver, an operator or a channel, in a file of its own that only this user can read,
 * and gives its public half, which config.json names. Throws LifecycleError EXISTS and KEY.
 */
export function makeKey(ws: Workshop, { file }: { readonly file: string }): KeyReport {
  const path = resolve(ws.cwd, file);
  if (existsSync(path)) {
    throw new LifecycleError(
      "EXISTS",
      `${path} is there already.`,
      "Name a new file; a key is never overwritten.",
    );
  }
  return { file: path, key: createKeyFile(path).key };
}

/** The public half of a key in a file. Throws LifecycleError KEY. */
export function showKey(ws: Workshop, { file }: { readonly file: string }): KeyReport {
  const path = resolve(ws.cwd, file);
  return { file: path, key: loadKeyFile(path).key };
}

import { randomBytes, randomUUID } from "node:crypto";
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { createKeyFile, loadKeyFile } from "../attest/keys.js";
import type { Signer } from "../evidence/ed25519.js";
import type { Home } from "../hall/home.js";
import { type KeyRole, loadKey, makeState, statePaths, writePrivate } from "../hall/state.js";
import { RecordsError } from "../records/error.js";
import type { Store } from "../records/store.js";
import { LifecycleError } from "./error.js";
import type { OpenHome, Workshop } from "./workshop.js";

/**
 * Everything that a home needs on this machine before a policy can be in force: state directory, keys, the secret of
 * its attestations, genesis and the first witness line (formats.md, State directory). What is there already is used,
 * so a first apply that was cut off is finished, and two at once make one Hall.
 */
export async function prepareState(
  ws: Workshop,
  parts: OpenHome,
): Promise<{ store: Store; operator: Signer }> {
  const { home } = parts;
  makeState(home);
  for (const role of ["ledger", "publisher"] as const) keyOf(home, role);
  const operator = keyOf(home, "operator");
  if (!ws.environment["WCP_ATTEST_HMAC_KEY"]) makeSecret(statePaths(home).attestSecret);
  const store = await parts.ledger.ready();
  if (store === null)
    throw new LifecycleError("KEY", `The ledger key of ${home.state} vanished.`, "Run hall apply again.");
  if (store.state().hall_id === null) await begin(store, operator);
  return { store, operator };
}

/** The key of a role, made where there is none: whole in a file of its own, then given its name if that is still free. */
function keyOf(home: Home, role: KeyRole): Signer {
  const known = loadKey(home, role);
  if (known !== undefined) return known;
  const path = statePaths(home).key(role);
  putNew(path, (made) => createKeyFile(made));
  return loadKeyFile(path);
}

/** 32 random bytes as hex. */
function makeSecret(path: string): void {
  if (existsSync(path)) return;
  putNew(path, (made) => writePrivate(made, Buffer.from(`${randomBytes(32).toString("hex")}\n`)));
}

/**
 * A new file that is never seen half and never takes another's place: of two processes one wins, and a crash leaves
 * nothing under the name. On disk, name and all, when this returns.
 */
function putNew(path: string, make: (made: string) => void): void {
  const made = `${path}.${randomUUID()}`;
  try {
    make(made);
    linkSync(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(made, { force: true });
  }
  syncDirectory(dirname(path));
}

/** Windows has no such call. */
function syncDirectory(path: string): void {
  if (process.platform === "win32") return;
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

async function begin(store: Store, operator: Signer): Promise<void> {
  try {
    await store.begin({ continues: null, operator_keys: [operator.key] });
  } catch (error) {
    const wasBegun =
      error instanceof RecordsError && error.code === "REFUSED" && store.state().hall_id !== null;
    if (!wasBegun) throw error;
  }
}

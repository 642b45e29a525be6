import { randomBytes } from "node:crypto";
import { existsSync, linkSync, rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { KeyError } from "../attest/keys.js";
import type { Signer } from "../evidence/ed25519.js";
import type { Home } from "../hall/home.js";
import { type KeyRole, loadOrCreateKey, makeState, statePaths, writePrivate } from "../hall/state.js";
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
  for (const role of ["ledger", "publisher"] as const) await keyOf(home, role);
  const operator = await keyOf(home, "operator");
  if (!ws.environment["WCP_ATTEST_HMAC_KEY"]) makeSecret(statePaths(home).attestSecret);
  const store = await parts.ledger.ready();
  if (store === null)
    throw new LifecycleError("KEY", `The ledger key of ${home.state} vanished.`, "Run hall apply again.");
  if (store.state().hall_id === null) await begin(store, operator);
  return { store, operator };
}

const TRIES = 50;

/** The key of a role. Another process that is making it right now has created the file, but perhaps not filled it. */
async function keyOf(home: Home, role: KeyRole): Promise<Signer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return loadOrCreateKey(home, role);
    } catch (error) {
      const mayBeInTheMaking =
        error instanceof KeyError && (error.code === "EXISTS" || error.code === "NOT_A_KEY");
      if (!mayBeInTheMaking || attempt === TRIES) throw error;
      await pause(10);
    }
  }
}

/** 32 random bytes as hex in a file of their own, made whole and never in place of one that is there. */
function makeSecret(path: string): void {
  if (existsSync(path)) return;
  const made = `${path}.${process.pid}`;
  writePrivate(made, Buffer.from(`${randomBytes(32).toString("hex")}\n`));
  try {
    linkSync(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(made, { force: true });
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

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { loadKeyFile } from "../attest/keys.js";
import type { Signer } from "../evidence/ed25519.js";
import { type Home, HomeError } from "./home.js";

/** The three keys of a home, each for one purpose (hall.md, State). */
export type KeyRole = "ledger" | "operator" | "publisher";

/** Paths of everything in a home's state directory (formats.md, State directory). */
export function statePaths(home: Home) {
  const inState = (...names: string[]) => join(home.state, ...names);
  return {
    home: inState("home"),
    keys: inState("keys"),
    key: (role: KeyRole) => inState("keys", `${role}.pem`),
    attestSecret: inState("keys", "attest.hmac"),
    artifacts: inState("artifacts"),
    witness: inState("witness"),
    sessions: inState("sessions"),
    data: (env: string, tenantHash: string, namespace: string, name: string) =>
      inState("data", env, tenantHash, namespace, name),
    /** The file registry of this machine's user, beside all homes' state. */
    registry: join(dirname(home.state), "registry"),
  };
}

/** Makes the state directory of a home, private to this user. Throws HomeError when it is another home's. */
export function makeState(home: Home): void {
  const paths = statePaths(home);
  for (const dir of [home.state, paths.keys, paths.artifacts])
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (!existsSync(paths.home)) writePrivate(paths.home, Buffer.from(`${home.dir}\n`));
  checkState(home);
}

/** Refuses a state directory that was made for another home: its ledger and keys are that one's. */
export function checkState(home: Home): void {
  const { home: marker } = statePaths(home);
  if (!existsSync(marker)) return;
  const owner = readFileSync(marker, "utf8").trimEnd();
  if (owner === home.dir) return;
  throw new HomeError(
    "WRONG_STATE",
    `The state directory ${home.state} belongs to ${owner}, not to ${home.dir}. ` +
      "Set HALL_STATE to another directory, or unset it.",
  );
}

/** The key of a role, or undefined before the first apply. Throws KeyError when the file is there and isn't good. */
export function loadKey(home: Home, role: KeyRole): Signer | undefined {
  const path = statePaths(home).key(role);
  return existsSync(path) ? loadKeyFile(path) : undefined;
}

/** Writes a file that only this user can read, whole or not at all: synced, then renamed into place. */
export function writePrivate(path: string, bytes: Uint8Array): void {
  const part = `${path}.${process.pid}.part`;
  const file = openSync(part, "w", 0o600);
  try {
    writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(part, path);
}

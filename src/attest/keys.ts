import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { type Signer, signerFromPrivateKey } from "../evidence/ed25519.js";

/** A key file that can't be made or used: which file, what is wrong, what to do. Never anything of its content. */
export class KeyError extends Error {
  override readonly name = "KeyError";
  readonly code: "EXISTS" | "MISSING" | "PERMISSIONS" | "NOT_A_KEY" | "UNREADABLE" | "UNWRITABLE";
  readonly path: string;
  constructor(code: KeyError["code"], path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
    this.code = code;
    this.path = path;
  }
}

const MAX_FILE_BYTES = 16 * 1024;
const OTHERS = 0o077; // any right of group or world

/**
 * Makes a new Ed25519 key in a file that isn't there yet: PKCS#8 PEM, mode 0600, on disk with its directory's entry
 * when this returns. Throws KeyError EXISTS rather than replace anything.
 */
export function createKeyFile(path: string): Signer {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = String(privateKey.export({ format: "pem", type: "pkcs8" }));
  const file = openNew(path);
  try {
    writeSync(file, pem);
    fsyncSync(file);
    closeSync(file);
    syncDirectory(dirname(path));
  } catch (cause) {
    unlinkSync(path);
    throw new KeyError("UNWRITABLE", path, "the key couldn't be stored; is the disk full?", { cause });
  }
  return signerFromPrivateKey(privateKey);
}

/** The key in a file. Refuses one that anyone but its owner may read, and anything but one Ed25519 key in PKCS#8 PEM. */
export function loadKeyFile(path: string): Signer {
  const pem = readPrivate(path);
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey({ key: pem, format: "pem", type: "pkcs8" });
  } catch {
    throw new KeyError(
      "NOT_A_KEY",
      path,
      "holds no private key in PKCS#8 PEM without a passphrase; restore it from a backup",
    );
  }
  if (privateKey.asymmetricKeyType !== "ed25519") {
    throw new KeyError(
      "NOT_A_KEY",
      path,
      `holds a key of type ${privateKey.asymmetricKeyType}; an Ed25519 key is needed`,
    );
  }
  return signerFromPrivateKey(privateKey);
}

function openNew(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (cause) {
    if (codeOf(cause) === "EEXIST")
      throw new KeyError("EXISTS", path, "is there already; nothing was changed", { cause });
    throw new KeyError("UNWRITABLE", path, "can't be created; does its directory exist and belong to you?", {
      cause,
    });
  }
}

/** Rights are read from the open file, so it can't be exchanged between the look and the reading. */
function readPrivate(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT")
      throw new KeyError("MISSING", path, "there is no such key file", { cause });
    throw new KeyError("UNREADABLE", path, "can't be opened for reading", { cause });
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > MAX_FILE_BYTES)
      throw new KeyError("NOT_A_KEY", path, "isn't a key file");
    if (process.platform !== "win32" && (stat.mode & OTHERS) !== 0) {
      const mode = (stat.mode & 0o777).toString(8).padStart(4, "0");
      throw new KeyError(
        "PERMISSIONS",
        path,
        `others may read or write it (mode ${mode}); run: chmod 600 ${JSON.stringify(path)}`,
      );
    }
    return readFileSync(file, "utf8");
  } catch (cause) {
    if (cause instanceof KeyError) throw cause;
    throw new KeyError("UNREADABLE", path, "can't be read", { cause });
  } finally {
    closeSync(file);
  }
}

/** Makes the directory's new entry survive a crash. Windows has no such call. */
function syncDirectory(path: string): void {
  if (process.platform === "win32") return;
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

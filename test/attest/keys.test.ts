import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createKeyFile, KeyError, loadKeyFile } from "../../src/attest/keys.js";
import { isAcceptableKey, verifySignature } from "../../src/evidence/ed25519.js";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "keys-"));
  path = join(directory, "ledger.pem");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const refused = (code: KeyError["code"]) => expect.objectContaining({ name: "KeyError", code, path });
const message = Buffer.from("message");

test("a key that was made is the key that is loaded", () => {
  const made = createKeyFile(path);
  const loaded = loadKeyFile(path);
  expect(isAcceptableKey(made.key)).toBe(true);
  expect(loaded.key).toBe(made.key);
  expect(verifySignature(made.key, message, loaded.sign(message))).toBe(true);
});

test("it is PKCS#8 PEM, its owner's alone", () => {
  createKeyFile(path);
  const pem = readFileSync(path, "utf8");
  expect(pem.startsWith("-----BEGIN PRIVATE KEY-----\n")).toBe(true);
  expect(createPrivateKey(pem).asymmetricKeyType).toBe("ed25519");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("two keys differ", () => {
  expect(createKeyFile(path).key).not.toBe(createKeyFile(join(directory, "other.pem")).key);
});

test("what is there is never replaced", () => {
  const { key } = createKeyFile(path);
  expect(() => createKeyFile(path)).toThrow(refused("EXISTS"));
  expect(loadKeyFile(path).key).toBe(key);
});

test("no directory to write to", () => {
  path = join(directory, "no", "ledger.pem");
  expect(() => createKeyFile(path)).toThrow(refused("UNWRITABLE"));
  expect(readdirSync(directory)).toEqual([]);
});

describe("loading refuses", () => {
  test("what isn't there", () => expect(() => loadKeyFile(path)).toThrow(refused("MISSING")));

  test.each([0o640, 0o604, 0o620, 0o666, 0o610])("a file of mode %o, and says how to mend it", (mode) => {
    createKeyFile(path);
    chmodSync(path, mode);
    expect(() => loadKeyFile(path)).toThrow(refused("PERMISSIONS"));
    expect(() => loadKeyFile(path)).toThrow("chmod 600");
  });

  test("a directory, an empty file, a public key, another kind of key, one with a passphrase", () => {
    const ed = generateKeyPairSync("ed25519");
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const locked = { format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" } as const;
    const contents = [
      "",
      "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n",
      ed.publicKey.export({ format: "pem", type: "spki" }),
      ec.privateKey.export({ format: "pem", type: "pkcs8" }),
      ed.privateKey.export(locked),
      "x".repeat(20_000),
    ];
    for (const content of contents) {
      writeFileSync(path, content, { mode: 0o600 });
      expect(() => loadKeyFile(path)).toThrow(refused("NOT_A_KEY"));
    }
    path = directory;
    expect(() => loadKeyFile(path)).toThrow(KeyError);
  });

  test("without showing anything of the file", () => {
    writeFileSync(path, "TOPSECRET", { mode: 0o600 });
    try {
      loadKeyFile(path);
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain("TOPSECRET");
    }
  });
});

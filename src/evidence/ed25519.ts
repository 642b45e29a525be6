import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { fromHex, toHex } from "../protocol/canonical.js";

/** A private key at hand: it signs, and can't be read out again. `key` is the public key and its id in one text. */
export type Signer = {
  readonly key: string;
  sign(bytes: Uint8Array): Uint8Array;
};

const KEY = /^ed25519:[0-9a-f]{64}$/;
const SPKI = Buffer.from("302a300506032b6570032100", "hex"); // RFC 8410: what stands before the 32 bytes of a public key
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex"); // and of a private one

/** L, the order of the base point, in the little-endian spelling of S. */
const ORDER = Buffer.from("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", "hex");

/** The y of the eight points of small order, sign bit cleared. */
const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]);

/** True for `ed25519:` and 64 hex of a point whose y is below 2^255 - 19 and not of small order (formats.md, Keys). */
export function isAcceptableKey(key: string): boolean {
  if (!KEY.test(key)) return false;
  const point = fromHex(key.slice(8));
  return point !== undefined && isAcceptablePoint(point);
}

/**
 * Whether `signature` is the key's over `message`: RFC 8032, cofactorless, with S < L. Never throws.
 * Key and R are checked first, because Node 20, 22 and 25 take points of small order (formats.md, Keys).
 */
export function verifySignature(key: string, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  if (!isAcceptablePoint(signature.subarray(0, 32)) || !isBelowOrder(signature.subarray(32))) return false;
  const publicKey = publicKeyOf(key);
  return publicKey !== undefined && verify(null, message, publicKey, signature);
}

/** A signer from the 32 secret bytes of RFC 8032: for tests, vectors and throw-away Halls. */
export function signerFromSeed(seed: Uint8Array): Signer {
  if (seed.length !== 32) throw new TypeError("an Ed25519 seed has 32 bytes");
  return signerFromPrivateKey(
    createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" }),
  );
}

/** A signer from a private key that node:crypto holds. Throws TypeError when it isn't Ed25519. */
export function signerFromPrivateKey(privateKey: KeyObject): Signer {
  if (privateKey.type !== "private" || privateKey.asymmetricKeyType !== "ed25519") {
    throw new TypeError("expected an Ed25519 private key");
  }
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const key = `ed25519:${toHex(spki.subarray(SPKI.length))}`;
  return Object.freeze({ key, sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) });
}

function isAcceptablePoint(encoded: Uint8Array): boolean {
  const y = Buffer.from(encoded);
  y[31] = (y[31] ?? 0) & 0x7f;
  return isBelowPrime(y) && !SMALL_ORDER.has(y.toString("hex"));
}

/** y < 2^255 - 19, of 32 little-endian bytes with the top bit cleared. */
function isBelowPrime(y: Uint8Array): boolean {
  if (y[31] !== 0x7f || (y[0] ?? 0) < 0xed) return true;
  for (let i = 1; i < 31; i++) if (y[i] !== 0xff) return true;
  return false;
}

function isBelowOrder(s: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const byte = s[i] ?? 0;
    const bound = ORDER[i] ?? 0;
    if (byte !== bound) return byte < bound;
  }
  return false;
}

const MAX_KEYS = 256; // far more than any Hall trusts at once; a stream of foreign keys can't grow it
const publicKeys = new Map<string, KeyObject>();

/** Making a KeyObject costs about as much as a verification, so acceptable keys are kept. */
function publicKeyOf(key: string): KeyObject | undefined {
  const known = publicKeys.get(key);
  if (known !== undefined) return known;
  if (!isAcceptableKey(key)) return undefined;
  const der = Buffer.concat([SPKI, Buffer.from(key.slice(8), "hex")]);
  const made = createPublicKey({ key: der, format: "der", type: "spki" });
  const oldest = publicKeys.keys().next();
  if (publicKeys.size >= MAX_KEYS && !oldest.done) publicKeys.delete(oldest.value);
  publicKeys.set(key, made);
  return made;
}

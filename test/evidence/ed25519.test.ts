import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pae } from "../../src/evidence/dsse.js";
import {
  isAcceptableKey,
  signerFromPrivateKey,
  signerFromSeed,
  verifySignature,
} from "../../src/evidence/ed25519.js";
import { APPROVER, fromHexText, LEDGER, OPERATOR, PUBLISHER, utf8, vector } from "./formats.js";

const message = pae("commit", utf8(vector(2, "payload ")));
const signature = fromHexText(vector(2, "signature "));

/** The y of formats.md that are refused, as encoded with the top bit cleared. */
const REFUSED = [
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  `ec${"ff".repeat(30)}7f`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
  `${"ff".repeat(31)}7f`,
];
const withSignBit = (y: string) => {
  const bytes = fromHexText(y);
  bytes[31] = (bytes[31] ?? 0) | 0x80;
  return Buffer.from(bytes).toString("hex");
};

describe("the vectors", () => {
  test.each([
    ["ledger", LEDGER],
    ["operator", OPERATOR],
    ["publisher", PUBLISHER],
    ["approver", APPROVER],
  ])("%s key from its seed", (role, signer) => {
    expect(signer.key).toBe(vector(0, `${role} key `));
    expect(isAcceptableKey(signer.key)).toBe(true);
  });

  test("the commit's signature is made and verified", () => {
    expect(Buffer.from(LEDGER.sign(message)).toString("hex")).toBe(vector(2, "signature "));
    expect(verifySignature(LEDGER.key, message, signature)).toBe(true);
  });

  test("the same under type order fails", () => {
    expect(verifySignature(LEDGER.key, pae("order", utf8(vector(2, "payload "))), signature)).toBe(false);
  });

  test("S + L fails", () => {
    expect(verifySignature(LEDGER.key, message, fromHexText(vector(2, "S + L: ")))).toBe(false);
  });

  test("an R of small order fails, though some Nodes take it", () => {
    expect(verifySignature(LEDGER.key, message, fromHexText(vector(2, "small-order R: ")))).toBe(false);
  });

  test.each(REFUSED)("y %s is refused as a key and as R, with either sign", (y) => {
    for (const point of [y, withSignBit(y)]) {
      expect(isAcceptableKey(`ed25519:${point}`)).toBe(false);
      const forged = Buffer.concat([fromHexText(point), Buffer.alloc(32)]);
      expect(verifySignature(`ed25519:${point}`, message, forged)).toBe(false);
      expect(verifySignature(LEDGER.key, message, forged)).toBe(false);
    }
  });
});

test("a key of small order, under which one signature fits every message, is refused", () => {
  const key = `ed25519:${"01".padEnd(64, "0")}`;
  const fitsAll = Buffer.concat([fromHexText("01".padEnd(64, "0")), Buffer.alloc(32)]);
  expect(verifySignature(key, utf8("any"), fitsAll)).toBe(false);
});

test.each([
  "ed25519:",
  LEDGER.key.slice(8),
  LEDGER.key.toUpperCase(),
  `${LEDGER.key}00`,
  `ED25519:${LEDGER.key.slice(8)}`,
  `${LEDGER.key} `,
  `ed25519:${"g".repeat(64)}`,
])("%j isn't a key", (key) => {
  expect(isAcceptableKey(key)).toBe(false);
  expect(verifySignature(key, message, signature)).toBe(false);
});

test("a point that isn't on the curve verifies nothing and throws nothing", () => {
  for (let y = 2; y < 20; y++) {
    const key = `ed25519:${y.toString(16).padStart(2, "0").padEnd(64, "0")}`;
    expect(verifySignature(key, message, signature)).toBe(false);
  }
});

test("any changed bit of message or signature fails", () => {
  fc.assert(
    fc.property(fc.nat(message.length - 1), fc.nat(63), fc.nat(7), (at, sigAt, bit) => {
      const flip = (bytes: Uint8Array, i: number) => {
        const copy = Buffer.from(bytes);
        copy[i] = (copy[i] ?? 0) ^ (1 << bit);
        return copy;
      };
      expect(verifySignature(LEDGER.key, flip(message, at), signature)).toBe(false);
      expect(verifySignature(LEDGER.key, message, flip(signature, sigAt))).toBe(false);
    }),
  );
});

test("signatures of another length fail", () => {
  for (const length of [0, 63, 65])
    expect(verifySignature(LEDGER.key, message, new Uint8Array(length))).toBe(false);
});

test("more keys than are kept still verify", () => {
  const signers = Array.from({ length: 300 }, (_, i) => signerFromSeed(Buffer.alloc(32, `seed ${i}`)));
  for (const signer of [...signers, LEDGER]) {
    expect(verifySignature(signer.key, message, signer.sign(message))).toBe(true);
  }
});

test("a signer shows its public key and nothing else", () => {
  expect(JSON.stringify(LEDGER)).toBe(JSON.stringify({ key: LEDGER.key }));
  expect(Object.isFrozen(LEDGER)).toBe(true);
});

test("only Ed25519 private keys and 32-byte seeds make a signer", () => {
  expect(() => signerFromSeed(new Uint8Array(31))).toThrow("32 bytes");
  const { publicKey } = generateKeyPairSync("ed25519");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  expect(() => signerFromPrivateKey(publicKey)).toThrow("Ed25519");
  expect(() => signerFromPrivateKey(privateKey)).toThrow("Ed25519");
});

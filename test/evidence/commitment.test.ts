import { expect, test } from "vitest";
import { commitment } from "../../src/evidence/commitment.js";
import { canonicalBytes, sha256Hex } from "../../src/protocol/canonical.js";
import { fill, utf8, vector } from "./formats.js";

const received = vector(3, "Received ");
const bytes = canonicalBytes(JSON.parse(received));

test("arguments become the bytes of the vector", () => {
  expect(Buffer.from(bytes).toString("hex")).toBe(vector(3, "JCS (hex) "));
  expect(sha256Hex(bytes)).toBe(vector(3, "never stored, "));
});

test("the commitments of the vector", () => {
  expect(commitment("arguments", bytes, fill(0xb0))).toBe(vector(3, "commitment (arguments) "));
  expect(commitment("result", bytes, fill(0xb0))).toBe(vector(3, "as `result` "));
  expect(commitment("arguments", utf8("{}"), fill(0xb0))).toBe(vector(3, "with that salt "));
});

test("bodies 0 and 1", () => {
  expect(commitment("body", utf8(vector(1, "body 0 ")), fill(0xa0))).toBe(vector(1, "commitment 0 = "));
  expect(commitment("body", utf8(vector(1, "body 1 ")), fill(0xa1))).toBe(vector(1, "commitment 1 = "));
});

test("a salt of another length is refused", () => {
  expect(() => commitment("body", bytes, new Uint8Array(31))).toThrow("32 bytes");
});

import { expect, test } from "vitest";
import { checkCommit, checkHead, commitPayload, signCommit, signHead } from "../../src/evidence/commit.js";
import { LEDGER, OPERATOR, vector } from "./formats.js";

const commit = { hall_id: vector(1, "hall_id = "), head: vector(1, "leaf 1 = "), size: 2 };
const payload = commitPayload(commit);

test("payload and signature of the vector", () => {
  expect(Buffer.from(payload).toString()).toBe(vector(2, "payload "));
  const signature = signCommit(payload, LEDGER);
  expect(Buffer.from(signature, "base64").toString("hex")).toBe(vector(2, "signature "));
  expect(checkCommit(payload, LEDGER.key, signature)).toBe(true);
});

test("another size, key, or spelling of the signature fails", () => {
  const signature = signCommit(payload, LEDGER);
  expect(checkCommit(commitPayload({ ...commit, size: 3 }), LEDGER.key, signature)).toBe(false);
  expect(checkCommit(payload, OPERATOR.key, signature)).toBe(false);
  expect(checkCommit(payload, LEDGER.key, `${signature}=`)).toBe(false);
  expect(checkCommit(payload, LEDGER.key, "")).toBe(false);
});

test("a head is signed, and names the key in force", () => {
  const head = signHead(commit, LEDGER);
  expect(head).toEqual({ ...commit, key_id: LEDGER.key, signature: signCommit(payload, LEDGER) });
  expect(checkHead(head, LEDGER.key)).toBe(true);
  expect(checkHead({ ...head, key_id: OPERATOR.key }, LEDGER.key)).toBe(false);
  expect(checkHead(head, OPERATOR.key)).toBe(false);
});

import { describe, expect, test } from "vitest";
import {
  type Envelope,
  openEnvelope,
  pae,
  sealEnvelope,
  sealEnvelopeWith,
  type What,
} from "../../src/evidence/dsse.js";
import { canonicalBytes, sha256Hex } from "../../src/protocol/canonical.js";
import { APPROVER, LEDGER, OPERATOR, PUBLISHER, utf8, vector } from "./formats.js";

const payload = { b: 2, a: [1, "é"] };
const envelope = sealEnvelope("order", payload, [OPERATOR]);
const open = (changed: unknown, what: What = "order", trusted = [OPERATOR.key]) =>
  openEnvelope(what, changed, trusted);

test("the PAE of the vectors", () => {
  expect(Buffer.from(pae("commit", utf8(vector(2, "payload ")))).toString("hex")).toBe(
    vector(2, "PAE (hex) "),
  );
  expect(sha256Hex(pae("certificate", utf8(vector(4, "payload (585 bytes) "))))).toBe(vector(4, "H(PAE) "));
  expect(sha256Hex(pae("vote", utf8(vector(5, "payload (1036 bytes) "))))).toBe(vector(5, "H(PAE) "));
});

test.each([
  [4, "certificate", "payload (585 bytes) ", PUBLISHER],
  [5, "vote", "payload (1036 bytes) ", APPROVER],
] as const)("part %i: the %s's bytes and signature", (part, what, label, signer) => {
  const text = vector(part, label);
  const sealed = sealEnvelope(what, JSON.parse(text), [signer]);
  expect(Buffer.from(sealed.payload, "base64").toString()).toBe(text);
  const [signature] = sealed.signatures;
  expect(Buffer.from(signature?.sig ?? "", "base64").toString("hex")).toBe(vector(part, "signature "));
  expect(openEnvelope(what, sealed, [signer.key])?.payload).toEqual(JSON.parse(text));
});

test("what was sealed opens, with its bytes and keys", () => {
  expect(open(envelope)).toEqual({ payload, bytes: canonicalBytes(payload), keys: [OPERATOR.key] });
  expect(envelope.payloadType).toBe("application/vnd.wcp-hall.order.v1+json");
});

test("URL-safe base64 is read", () => {
  const urlSafe = (text: string) => text.replaceAll("+", "-").replaceAll("/", "_");
  const changed = {
    ...envelope,
    payload: urlSafe(envelope.payload),
    signatures: envelope.signatures.map((it) => ({ ...it, sig: urlSafe(it.sig) })),
  };
  expect(open(changed)?.payload).toEqual(payload);
});

describe("what is off doesn't open", () => {
  const [signature] = envelope.signatures as [Envelope["signatures"][number]];
  const cases: readonly [string, unknown][] = [
    ["null", null],
    ["a list", [envelope]],
    ["no payload", { ...envelope, payload: undefined }],
    ["a payload that isn't text", { ...envelope, payload: 1 }],
    ["another payload", { ...envelope, payload: Buffer.from("{}").toString("base64") }],
    ["base64 with junk", { ...envelope, payload: `${envelope.payload}\n` }],
    [
      "base64 without padding",
      { ...envelope, signatures: [{ ...signature, sig: signature.sig.slice(0, -2) }] },
    ],
    ["another type", { ...envelope, payloadType: "application/vnd.wcp-hall.vote.v1+json" }],
    ["an unknown member", { ...envelope, more: 1 }],
    ["no signature", { ...envelope, signatures: [] }],
    ["two signatures where one is due", { ...envelope, signatures: [signature, signature] }],
    ["a signature with more members", { ...envelope, signatures: [{ ...signature, cert: "" }] }],
    ["a keyid that isn't trusted", { ...envelope, signatures: [{ ...signature, keyid: LEDGER.key }] }],
    ["a hole in the signatures", { ...envelope, signatures: [null] }],
  ];
  test.each(cases)("%s", (_name, changed) => expect(open(changed)).toBeUndefined());

  test("another type asked, or another key trusted", () => {
    expect(open(envelope, "vote")).toBeUndefined();
    expect(open(envelope, "order", [LEDGER.key])).toBeUndefined();
    expect(open(envelope, "order", [])).toBeUndefined();
  });

  test("a signed payload that isn't canonical", () => {
    const bytes = utf8('{"b":1,"a":2}');
    const sig = Buffer.from(OPERATOR.sign(pae("order", bytes))).toString("base64");
    const signed = { payload: Buffer.from(bytes).toString("base64"), payloadType: envelope.payloadType };
    expect(open({ ...signed, signatures: [{ keyid: OPERATOR.key, sig }] })).toBeUndefined();
  });
});

describe("keyid is only a hint", () => {
  test("an empty one tries every trusted key", () => {
    const changed = { ...envelope, signatures: envelope.signatures.map((it) => ({ ...it, keyid: "" })) };
    expect(open(changed, "order", [LEDGER.key, OPERATOR.key])?.keys).toEqual([OPERATOR.key]);
  });
});

describe("several signatures", () => {
  const both = sealEnvelope("order", payload, [OPERATOR, LEDGER]);
  const bounds = { min: 2, max: 2 };

  test("two different trusted keys where two are due", () => {
    expect(openEnvelope("order", both, [LEDGER.key, OPERATOR.key], bounds)?.keys).toEqual([
      OPERATOR.key,
      LEDGER.key,
    ]);
    expect(openEnvelope("order", both, [OPERATOR.key], bounds)).toBeUndefined();
    const twice = sealEnvelope("order", payload, [OPERATOR, OPERATOR]);
    expect(openEnvelope("order", twice, [OPERATOR.key], bounds)).toBeUndefined();
  });

  test("one trusted among strangers is enough where one is due", () => {
    expect(openEnvelope("order", both, [LEDGER.key], { min: 1, max: 16 })?.keys).toEqual([LEDGER.key]);
  });
});

test("a signer elsewhere is given the PAE, and its answer is checked", async () => {
  const remote = { key: OPERATOR.key, sign: async (bytes: Uint8Array) => OPERATOR.sign(bytes) };
  expect(await sealEnvelopeWith("order", payload, [remote])).toEqual(envelope);
  const wrong = { key: OPERATOR.key, sign: async (bytes: Uint8Array) => LEDGER.sign(bytes) };
  await expect(sealEnvelopeWith("order", payload, [wrong])).rejects.toThrow(OPERATOR.key);
});

import { describe, expect, test } from "vitest";
import {
  CERTIFICATE_MS,
  certificateDigest,
  checkCertificate,
  issueCertificate,
  openCertificate,
} from "../../src/attest/certificate.js";
import { type Envelope, sealEnvelope } from "../../src/evidence/dsse.js";
import { timestamp } from "../../src/protocol/clock.js";
import type { Certificate } from "../../src/protocol/skill.js";
import { APPROVER, LEDGER, PUBLISHER, vector } from "../evidence/formats.js";

const text = vector(4, "payload (585 bytes) ");
const certificate: Certificate = JSON.parse(text);
const envelope = issueCertificate(certificate, PUBLISHER);
const { skill_id, version, manifest_hash, artifact_digest, package_hash } = certificate;
const question = {
  envelope: envelope as unknown,
  trusted: [PUBLISHER.key],
  revoked: [] as string[],
  now: certificate.issued_at,
  subject: { skill_id, version, manifest_hash, artifact_digest, package_hash },
};
const stateOf = (changes: Partial<typeof question>) => checkCertificate({ ...question, ...changes }).state;
const sealed = (changes: object, signers = [PUBLISHER]) =>
  sealEnvelope("certificate", { ...certificate, ...changes }, signers);

test("the vector: payload, digest, signature", () => {
  expect(Buffer.from(envelope.payload, "base64").toString()).toBe(text);
  expect(certificateDigest(envelope)).toBe(vector(4, "certificate_digest "));
  const [signature] = envelope.signatures;
  expect(Buffer.from(signature?.sig ?? "", "base64").toString("hex")).toBe(vector(4, "signature "));
});

test("valid, and names its signer", () => {
  expect(checkCertificate(question)).toEqual({ state: "valid", signer: PUBLISHER.key });
  expect(openCertificate(envelope, [PUBLISHER.key])).toEqual(certificate);
});

describe("time", () => {
  const issued = Date.parse(certificate.issued_at);
  const expires = Date.parse(certificate.expires_at);
  test.each([
    ["five minutes before it was issued", issued - 300_000, "valid"],
    ["earlier", issued - 300_001, "invalid"],
    ["the last millisecond", expires - 1, "valid"],
    ["when it ends", expires, "expired"],
  ])("%s", (_name, ms, state) => expect(stateOf({ now: timestamp(ms) })).toBe(state));
});

test.each(["skill_id", "version", "manifest_hash", "artifact_digest", "package_hash"] as const)(
  "bytes of another %s aren't covered",
  (name) => expect(stateOf({ subject: { ...question.subject, [name]: "other" } })).toBe("invalid"),
);

describe("who signed", () => {
  test("nobody, or nobody trusted", () => {
    expect(stateOf({ envelope: null })).toBe("missing");
    expect(stateOf({ envelope: undefined })).toBe("missing");
    expect(stateOf({ trusted: [] })).toBe("invalid");
    expect(stateOf({ trusted: [LEDGER.key] })).toBe("invalid");
  });

  test("a revoked publisher denies whatever the dates say", () => {
    expect(stateOf({ revoked: [PUBLISHER.key] })).toBe("invalid");
    expect(stateOf({ revoked: [LEDGER.key] })).toBe("valid");
  });

  test("a trusted key other than publisher_key isn't enough", () => {
    const other = sealed({}, [LEDGER]);
    expect(stateOf({ envelope: other, trusted: [LEDGER.key, PUBLISHER.key] })).toBe("invalid");
  });

  test("up to sixteen signatures, of which the publisher's counts", () => {
    const sixteen = sealed({}, [...Array.from({ length: 15 }, () => APPROVER), PUBLISHER]);
    expect(stateOf({ envelope: sixteen })).toBe("valid");
    expect(
      stateOf({ envelope: sealed({}, [...Array.from({ length: 16 }, () => APPROVER), PUBLISHER]) }),
    ).toBe("invalid");
  });

  test("another document type of the same publisher is no certificate", () => {
    expect(stateOf({ envelope: sealEnvelope("order", certificate, [PUBLISHER]) })).toBe("invalid");
  });
});

test.each([
  ["an unknown member", { more: 1 }],
  ["a failed check", { checks: [{ name: "rebuild", ok: false }] }],
  ["a toolchain of numbers", { toolchain: { node: 20 } }],
  ["a skill id that isn't one", { skill_id: "notes" }],
  ["a life of 367 days", { expires_at: timestamp(Date.parse(certificate.issued_at) + 367 * 86_400_000) }],
])("%s is invalid, though signed", (_name, changes) => {
  expect(stateOf({ envelope: sealed(changes) })).toBe("invalid");
});

test.each([
  ["x"],
  [7],
  [[]],
  [{}],
  [{ ...envelope, payload: "!" }],
  [{ ...envelope, signatures: [{ keyid: "\ud800", sig: "" }] }],
])("%j is invalid and throws nothing", (value) => expect(stateOf({ envelope: value })).toBe("invalid"));

describe("what was checked before never helps", () => {
  test("the same payload without its signature, or with another's", () => {
    expect(stateOf({})).toBe("valid");
    expect(stateOf({ envelope: { ...envelope, signatures: [] } })).toBe("invalid");
    const [signature] = envelope.signatures as [Envelope["signatures"][number]];
    const [foreign] = sealed({}, [LEDGER]).signatures as [Envelope["signatures"][number]];
    expect(stateOf({ envelope: { ...envelope, signatures: [{ ...signature, sig: foreign.sig }] } })).toBe(
      "invalid",
    );
  });

  test("a key that isn't trusted any more", () => {
    expect(stateOf({})).toBe("valid");
    expect(stateOf({ trusted: [] })).toBe("invalid");
  });
});

describe("issuing refuses", () => {
  const issued = Date.parse(certificate.issued_at);
  const lasting = (ms: number) => ({ ...certificate, expires_at: timestamp(issued + ms) });
  test("more than 366 days, or none", () => {
    expect(stateOf({ envelope: issueCertificate(lasting(CERTIFICATE_MS), PUBLISHER) })).toBe("valid");
    expect(() => issueCertificate(lasting(366 * 86_400_000), PUBLISHER)).not.toThrow();
    expect(() => issueCertificate(lasting(366 * 86_400_000 + 1), PUBLISHER)).toThrow("366 days");
    expect(() => issueCertificate(lasting(0), PUBLISHER)).toThrow("expires_at");
  });
  test("another's key, or a payload that nobody would take", () => {
    expect(() => issueCertificate(certificate, LEDGER)).toThrow("publisher_key");
    expect(() => issueCertificate({ ...certificate, manifest_hash: "x" }, PUBLISHER)).toThrow(
      "manifest_hash",
    );
  });
});

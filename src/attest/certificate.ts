import { type Envelope, isEnvelope, openEnvelope, sealEnvelope } from "../evidence/dsse.js";
import type { Signer } from "../evidence/ed25519.js";
import {
  type Check,
  exactly,
  expectMembers,
  isHash,
  isKey,
  isObject,
  isText,
  isTime,
  listOf,
  type Members,
} from "../evidence/members.js";
import { canonicalBytes, fromBase64, sha256Hex } from "../protocol/canonical.js";
import { parseSkillId } from "../protocol/ids.js";
import type { Certificate } from "../protocol/skill.js";

/** A certificate that can't be issued: which member, and why. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a certificate is issued for. */
export const CERTIFICATE_MS = 365 * DAY_MS;
/** One that says it lives longer is refused, whoever signed it. */
export const MAX_CERTIFICATE_MS = 366 * DAY_MS;
/** Clocks of publisher and Hall may differ by so much. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;
const SIGNATURES = { min: 1, max: 16 };

const isSkillId: Check<string> = (value): value is string =>
  isText(value) && parseSkillId(value) !== undefined;
const isTrue: Check<true> = (value): value is true => value === true;
const isToolchain: Check<Certificate["toolchain"]> = (value): value is Certificate["toolchain"] =>
  isObject(value) && Object.values(value).every(isText);

const CERTIFICATE: Members<Certificate> = {
  skill_id: isSkillId,
  version: isText,
  manifest_hash: isHash,
  artifact_digest: isHash,
  package_hash: isHash,
  checks: listOf(exactly<Certificate["checks"][number]>({ name: isText, ok: isTrue })),
  toolchain: isToolchain,
  publisher_key: isKey,
  issued_at: isTime,
  expires_at: isTime,
};

/** Signs a certificate with the publisher's key. Throws RecordError or CertificateError when it would be refused anywhere. */
export function issueCertificate(certificate: Certificate, signer: Signer): Envelope {
  expectMembers("certificate", certificate, CERTIFICATE, true);
  if (certificate.publisher_key !== signer.key) {
    throw new CertificateError("publisher_key: isn't the key that signs; use that key's text");
  }
  const lifetime = lifetimeOf(certificate);
  if (lifetime <= 0) throw new CertificateError("expires_at: isn't after issued_at");
  if (lifetime > MAX_CERTIFICATE_MS)
    throw new CertificateError("expires_at: more than 366 days after issued_at; use 365");
  return sealEnvelope("certificate", certificate, [signer]);
}

/** A certificate's name: H(payload), 64 hex. Undefined when the envelope isn't one. Signatures identify nothing. */
export function certificateDigest(envelope: unknown): string | undefined {
  const payload = isEnvelope(envelope) ? fromBase64(envelope.payload) : undefined;
  return payload && sha256Hex(payload);
}

/** What a certificate must be about: recomputed from the bytes that will run. */
export type CertificateSubject = Pick<
  Certificate,
  "skill_id" | "version" | "manifest_hash" | "artifact_digest" | "package_hash"
>;

export type CertificateState = {
  readonly state: "valid" | "missing" | "invalid" | "expired";
  /** The publisher whose signature held and is trusted, else null. */
  readonly signer: string | null;
};

/**
 * Whether a certificate covers these bytes now (formats.md, The certificate): signed by its publisher_key, which is
 * one of `trusted` (those listed for the skill's namespace) and not revoked; issued_at - 5 min <= now < expires_at;
 * at most 366 days; every member of the subject equal. Never throws.
 */
export function checkCertificate(question: {
  readonly envelope: unknown;
  readonly trusted: readonly string[];
  readonly revoked: readonly string[];
  /** As `timestamp` spells it. */
  readonly now: string;
  readonly subject: CertificateSubject;
}): CertificateState {
  const { envelope, trusted, revoked, subject } = question;
  if (envelope === null || envelope === undefined) return { state: "missing", signer: null };
  const certificate = openCertificate(envelope, trusted);
  if (certificate === undefined || revoked.includes(certificate.publisher_key)) return INVALID;
  const names = Object.keys(SUBJECT) as (keyof CertificateSubject)[];
  if (names.some((name) => certificate[name] !== subject[name])) return INVALID;
  const now = Date.parse(question.now);
  const started = Date.parse(certificate.issued_at) - CLOCK_SKEW_MS <= now;
  if (!started || lifetimeOf(certificate) > MAX_CERTIFICATE_MS) return INVALID;
  const ended = now >= Date.parse(certificate.expires_at);
  return { state: ended ? "expired" : "valid", signer: certificate.publisher_key };
}

const INVALID: CertificateState = { state: "invalid", signer: null };
const SUBJECT: Members<CertificateSubject> = {
  skill_id: isSkillId,
  version: isText,
  manifest_hash: isHash,
  artifact_digest: isHash,
  package_hash: isHash,
};

const MAX_CHECKED = 1024;
const checked = new Map<string, Certificate>();

/**
 * The certificate in an envelope that its own publisher signed, if that publisher is trusted. The signature is
 * checked once a process for each envelope, whole, so that the answer never depends on what was asked before.
 */
export function openCertificate(envelope: unknown, trusted: readonly string[]): Certificate | undefined {
  if (!isEnvelope(envelope)) return undefined;
  const id = envelopeId(envelope);
  const known = id === undefined ? undefined : checked.get(id);
  if (id === undefined || known !== undefined)
    return known && trusted.includes(known.publisher_key) ? known : undefined;
  const opened = openEnvelope("certificate", envelope, trusted, SIGNATURES);
  if (opened === undefined) return undefined;
  let certificate: Certificate;
  try {
    certificate = expectMembers("certificate", opened.payload, CERTIFICATE, true);
  } catch {
    return undefined;
  }
  if (!opened.keys.includes(certificate.publisher_key)) return undefined;
  remember(id, certificate);
  return certificate;
}

function envelopeId(envelope: Envelope): string | undefined {
  try {
    return sha256Hex(canonicalBytes(envelope));
  } catch {
    return undefined;
  }
}

function remember(id: string, certificate: Certificate): void {
  const oldest = checked.keys().next();
  if (checked.size >= MAX_CHECKED && !oldest.done) checked.delete(oldest.value);
  checked.set(id, certificate);
}

function lifetimeOf({ issued_at, expires_at }: Certificate): number {
  return Date.parse(expires_at) - Date.parse(issued_at);
}

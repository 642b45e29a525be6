import { CanonicalError, canonicalBytes, parseCanonical, sha256Hex } from "../protocol/canonical.js";
import {
  type Check,
  expectMembers,
  isCount,
  isHash,
  isTime,
  isUuid,
  type Members,
  oneOf,
  orNull,
  RecordError,
} from "./members.js";

/** Every kind of record. `key`, `clock`, `erase` and `denial_burst` are reserved: nothing writes them yet. */
export const RECORD_KINDS = [
  "genesis",
  "decision",
  "receipt",
  "abandoned",
  "hold",
  "approval",
  "apply",
  "standing",
  "ban",
  "key",
  "clock",
  "erase",
  "install",
  "uninstall",
  "pin",
  "init",
  "build",
  "certify",
  "publish",
  "query",
  "denial_burst",
] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** The chained half of a record. `kind` may be one that this version doesn't know (formats.md, Ledger). */
export type Header = {
  readonly v: 1;
  readonly hall_id: string;
  readonly seq: number;
  readonly prev: string;
  readonly record_id: string;
  readonly at: string;
  readonly kind: string;
  readonly parent_id: string | null;
  readonly body: string;
};

/** `prev` of the first record. */
export const FIRST_PREV = "0".repeat(64);

export const MAX_HEADER_BYTES = 1024;
export const MAX_BODY_BYTES = 4 * 1024 * 1024;
export const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

const KIND = /^[a-z][a-z_]{0,63}$/;
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const isKind: Check<string> = (value): value is string => typeof value === "string" && KIND.test(value);
const isRecordId: Check<string> = (value): value is string =>
  typeof value === "string" && UUID_V7.test(value);

const HEADER: Members<Header> = {
  v: oneOf([1]),
  hall_id: isHash,
  seq: isCount,
  prev: isHash,
  record_id: isRecordId,
  at: isTime,
  kind: isKind,
  parent_id: orNull(isUuid),
  body: isHash,
};

export function isRecordKind(kind: string): kind is RecordKind {
  return (RECORD_KINDS as readonly string[]).includes(kind);
}

/** The bytes of a header, as they are stored and hashed. Throws RecordError when a member has the wrong form. */
export function makeHeader(header: Omit<Header, "v" | "kind"> & { readonly kind: RecordKind }): Uint8Array {
  const { hall_id, seq, prev, record_id, at, kind, parent_id, body } = header;
  const whole: Header = { v: 1, hall_id, seq, prev, record_id, at, kind, parent_id, body };
  return canonicalBytes(expectMembers("header", whole, HEADER, true)); // at most 550 bytes: every member is bounded
}

/** Reads stored header bytes: canonical, exactly its members, at most 1 KiB. Throws RecordError. */
export function parseHeader(bytes: Uint8Array): Header {
  if (bytes.length > MAX_HEADER_BYTES) throw new RecordError(`header: more than ${MAX_HEADER_BYTES} bytes`);
  return expectMembers("header", readCanonical("header", bytes), HEADER, true);
}

/** A record's leaf, which the next one names as `prev`: H(0x00 header), the leaf of RFC 9162, as hex. */
export function leafOf(headerBytes: Uint8Array): string {
  return sha256Hex(LEAF_PREFIX, headerBytes);
}

const LEAF_PREFIX = new Uint8Array([0]);

/** parseCanonical with RecordError, which says what was being read. */
export function readCanonical(what: string, bytes: Uint8Array): unknown {
  try {
    return parseCanonical(bytes);
  } catch (error) {
    if (error instanceof CanonicalError) throw new RecordError(`${what}: ${error.message}`);
    throw error;
  }
}

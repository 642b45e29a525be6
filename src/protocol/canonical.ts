import { createHash } from "node:crypto";
import { rememberShapes } from "./shapes.js";

/** A JSON value as it is hashed, signed, stored or sent. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

/** A value that has no canonical JSON text, or bytes that aren't their own canonical text. */
export class CanonicalError extends Error {
  override readonly name = "CanonicalError";
}

/**
 * RFC 8785 text of a value. The writer emits text itself, so integer-like names keep their sorted place.
 * Throws CanonicalError on lone surrogates, `__proto__`, undefined, holes, BigInt, NaN, infinities, cycles
 * and objects that aren't plain.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/** UTF-8 bytes of {@link canonicalJson}. */
export function canonicalBytes(value: unknown): Uint8Array {
  return encode(canonicalJson(value));
}

const MAX_DEPTH = 512; // deeper than any bound in the Hall; ends cycles with a clear error

function write(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw new CanonicalError("nested too deeply, or in a cycle");
  switch (typeof value) {
    case "string":
      return writeString(value);
    case "number":
      if (!Number.isFinite(value)) throw new CanonicalError("a number that isn't finite");
      return JSON.stringify(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
    default:
      throw new CanonicalError(`a value of type ${typeof value}`);
  }
}

/** Text that needs no escape: no quote, backslash, control character or surrogate, paired or not. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\ud7ff\ue000-\uffff]*$/;

function writeString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new CanonicalError("a lone surrogate");
  return JSON.stringify(text);
}

function writeArray(items: readonly unknown[], depth: number): string {
  let text = "[";
  for (let i = 0; i < items.length; i++) {
    if (!(i in items)) throw new CanonicalError("an array with a hole");
    text += (i === 0 ? "" : ",") + write(items[i], depth + 1);
  }
  return `${text}]`;
}

function writeObject(value: object, depth: number): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new CanonicalError("an object that isn't plain");
  if (Object.getOwnPropertySymbols(value).length > 0) throw new CanonicalError("a symbol as a name");
  const record = value as Record<string, unknown>;
  const { sorted, spelled } = shapeOf(Object.keys(record));
  if (sorted.length === 0) return "{}";
  let text = "";
  for (let i = 0; i < sorted.length; i++) {
    text += `${spelled[i]}${write(record[sorted[i] as string], depth + 1)}`;
  }
  return `${text}}`;
}

const shapeOf = rememberShapes((name) => {
  if (name === "__proto__") throw new CanonicalError("a member named __proto__");
  return writeString(name);
});

/**
 * The value of canonical JSON bytes. Decodes UTF-8 fatally, parses, writes again and refuses unequal bytes,
 * which settles duplicate names, spelling and order. Throws CanonicalError.
 */
export function parseCanonical(bytes: Uint8Array): Json {
  let value: Json;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text) as Json;
  } catch {
    throw new CanonicalError("not JSON in UTF-8");
  }
  if (canonicalJson(value) !== text) throw new CanonicalError("not in canonical form (RFC 8785)");
  return value;
}

/** SHA-256 as 32 raw bytes. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** SHA-256 as 64 lower-case hex digits. */
export function sha256Hex(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** The one sort order of paths and ids: their UTF-8 bytes. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** UTF-8 bytes of a text. */
export function encode(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}

/** Lower-case hex of bytes. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** Bytes of lower-case hex, or undefined when the text isn't exactly that (Node's decoder skips junk). */
export function fromHex(text: string): Uint8Array | undefined {
  return /^(?:[0-9a-f]{2})*$/.test(text) ? Buffer.from(text, "hex") : undefined;
}

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Bytes of padded base64, standard or URL-safe, or undefined when it doesn't encode back to itself. */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  const standard = bytes.toString("base64");
  if (standard === text) return bytes;
  return standard.replaceAll("+", "-").replaceAll("/", "_") === text ? bytes : undefined;
}

/** Foreign text with lone surrogates replaced by U+FFFD, as every text from outside is before it is recorded. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}

/** Freezes a JSON value in depth and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}

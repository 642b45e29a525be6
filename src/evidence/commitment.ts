import { sha256, sha256Hex } from "../protocol/canonical.js";

/** Bytes of a salt. Fresh ones for each value, from a cryptographic source that serves nothing else. */
export const SALT_BYTES = 32;

/**
 * Binds to bytes without giving them away: H("wcp-hall/" name "/1\n" salt H(bytes)), as hex (formats.md, Commitments).
 * The inner hash is never stored: unsalted, it would let short arguments be guessed.
 */
export function commitment(
  name: "arguments" | "result" | "body",
  bytes: Uint8Array,
  salt: Uint8Array,
): string {
  if (salt.length !== SALT_BYTES) throw new TypeError(`a salt has ${SALT_BYTES} bytes`);
  return sha256Hex(`wcp-hall/${name}/1\n`, salt, sha256(bytes));
}

import { randomBytes } from "node:crypto";
import { toHex } from "../protocol/canonical.js";

/** A UUIDv7 (RFC 9562): 48 bits of time, 74 random ones. Salts come from elsewhere (formats.md, Commitments). */
export function newRecordId(ms: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(ms, 0, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = toHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

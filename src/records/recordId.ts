import { randomUUID } from "node:crypto";

/** A UUIDv7 (RFC 9562): 48 bits of time, 74 random ones. Salts come from elsewhere (formats.md, Commitments). */
export function newRecordId(ms: number): string {
  const time = ms.toString(16).padStart(12, "0");
  const random = randomUUID().slice(15); // what follows the version digit: 12 random bits, the variant, 62 more
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random}`;
}

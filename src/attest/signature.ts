import { createHmac, timingSafeEqual } from "node:crypto";

/** What the HMAC of an awp.v1 manifest covers, in its order: names sorted (wcp.md 7.3). */
const SIGNED_MEMBERS = [
  "build_source",
  "built_at_utc",
  "package_hash",
  "schema_version",
  "worker_id",
  "worker_species_id",
  "worker_version",
] as const;

/**
 * The text that is signed: compact JSON of exactly the seven members, a missing one null, other characters than
 * ASCII escaped as Python does (wcp.md 7.3). Undefined when a member is anything but text: no signer wrote that.
 */
export function signedText(manifest: Readonly<Record<string, unknown>>): string | undefined {
  const members: string[] = [];
  for (const name of SIGNED_MEMBERS) {
    const value = Object.hasOwn(manifest, name) ? (manifest[name] ?? null) : null;
    if (value !== null && typeof value !== "string") return undefined;
    members.push(`"${name}":${asciiJson(value)}`);
  }
  return `{${members.join(",")}}`;
}

/** HMAC-SHA256 of a manifest's signed text under the UTF-8 of a secret, as lower-case hex. */
export function signManifest(
  manifest: Readonly<Record<string, unknown>>,
  secret: string,
): string | undefined {
  const text = signedText(manifest);
  return text === undefined ? undefined : createHmac("sha256", secret).update(text, "ascii").digest("hex");
}

/** Whether `signature` is the manifest's under this secret: compared as text, in constant time. */
export function isManifestSignature(
  manifest: Readonly<Record<string, unknown>>,
  secret: string,
  signature: string,
): boolean {
  const expected = signManifest(manifest, secret);
  if (expected === undefined || !/^[0-9a-f]{64}$/.test(signature)) return false;
  return timingSafeEqual(Buffer.from(expected), Buffer.from(signature));
}

function asciiJson(value: string | null): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

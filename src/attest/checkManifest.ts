import type { JsonObject } from "../protocol/canonical.js";
import type { AttestCode } from "../protocol/package.js";
import { workerNamespace } from "./namespace.js";
import { isManifestSignature } from "./signature.js";

/** The answer about one package. `meta` says what was compared; never a secret. */
export type AttestResult =
  | { readonly ok: true; readonly denyCode: null; readonly meta: JsonObject }
  | { readonly ok: false; readonly denyCode: AttestCode; readonly meta: JsonObject };

export type ManifestQuestion = {
  /** Parsed JSON, undefined when there is none. */
  readonly manifest: unknown;
  /** Recomputed from the bytes that will run; undefined when that couldn't be done. */
  readonly packageHash: string | undefined;
  readonly workerId: string;
  readonly workerSpeciesId: string;
  readonly secret: string | undefined;
  /** Where the secret should have come from, named in `meta` when it is missing. */
  readonly secretEnv?: string;
  /** Bare hex, or with `sha256:` before it. */
  readonly bannedHashes?: ReadonlySet<string> | readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
};

export const DEFAULT_SECRET_ENV = "WCP_ATTEST_HMAC_KEY";

/**
 * Whether an awp.v1 manifest attests a package: identity, hash, signature, ban list, in this order (wcp.md 7.4).
 * Pure, and never throws. Only signed members are believed: an attested_at_utc that isn't the signed time is
 * "unknown", and the trust statement is made anew from what was checked.
 */
export function checkPackageManifest(question: ManifestQuestion): AttestResult {
  const { manifest, packageHash, workerId, workerSpeciesId, secret } = question;
  if (!isObject(manifest)) return denied("ATTEST_MANIFEST_MISSING", {});

  const namespace = workerNamespace(workerId);
  if (
    manifest["worker_id"] !== workerId ||
    manifest["worker_species_id"] !== workerSpeciesId ||
    namespace === undefined
  ) {
    return denied("ATTEST_MANIFEST_ID_MISMATCH", {
      manifest_worker_id: textOrNull(manifest["worker_id"]),
      expected_worker_id: workerId,
      manifest_worker_species_id: textOrNull(manifest["worker_species_id"]),
      expected_worker_species_id: workerSpeciesId,
      ...(namespace === undefined
        ? { error: "the worker id names no namespace: expected x.<name>.… or org.<name>.…" }
        : {}),
    });
  }

  const expected = textOrNull(manifest["package_hash"]);
  if (packageHash === undefined || expected !== packageHash) {
    return denied("ATTEST_HASH_MISMATCH", { expected_hash: expected, computed_hash: packageHash ?? null });
  }

  const signature = textOrNull(manifest["signature_hmac_sha256"]);
  if (!signature || !secret) {
    return denied("ATTEST_SIGNATURE_MISSING", {
      signature_present: Boolean(signature),
      secret_env_set: Boolean(secret),
      secret_env: question.secretEnv ?? DEFAULT_SECRET_ENV,
    });
  }
  if (!isManifestSignature(manifest, secret, signature)) return denied("ATTEST_SIG_INVALID", {});

  if (isBanned(packageHash, question.bannedHashes ?? [])) {
    return denied("ATTEST_BANNED_HASH", { package_hash: packageHash });
  }
  return { ok: true, denyCode: null, meta: trusted(manifest, namespace, packageHash, question.now) };
}

/** The sentence of S003 that says who vouches for which bytes since when. */
export function trustStatement(namespace: string, at: string, packageHash: string): string {
  return `Package attested by namespace ${namespace} at ${at}; package hash sha256:${packageHash}.`;
}

/** awp.v1 spells times in UTC to the second. */
export function utcSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function trusted(
  manifest: Record<string, unknown>,
  namespace: string,
  packageHash: string,
  now: number,
): JsonObject {
  const signedAt = textOrNull(manifest["built_at_utc"]) ?? "unknown";
  return {
    package_hash: packageHash,
    manifest_schema: textOrNull(manifest["schema_version"]),
    attested_at_utc: manifest["attested_at_utc"] === signedAt ? signedAt : "unknown",
    verified_at_utc: utcSeconds(now),
    trust_statement: trustStatement(namespace, signedAt, packageHash),
  };
}

function isBanned(packageHash: string, bannedHashes: Iterable<string>): boolean {
  for (const banned of bannedHashes)
    if (banned === packageHash || banned === `sha256:${packageHash}`) return true;
  return false;
}

function denied(denyCode: AttestCode, meta: JsonObject): AttestResult {
  return { ok: false, denyCode, meta };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

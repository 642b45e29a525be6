/** Why a package's attestation denies (S003, S002), in the order in which they are found (wcp.md 7.4). */
export const ATTEST_CODES = [
  "ATTEST_MANIFEST_MISSING",
  "ATTEST_MANIFEST_ID_MISMATCH",
  "ATTEST_HASH_MISMATCH",
  "ATTEST_SIGNATURE_MISSING",
  "ATTEST_SIG_INVALID",
  "ATTEST_BANNED_HASH",
] as const;
export type AttestCode = (typeof ATTEST_CODES)[number];

/** Where a package was built (wcp.md 7.2). */
export const BUILD_SOURCES = ["local", "ci", "agent"] as const;
export type BuildSource = (typeof BUILD_SOURCES)[number];

/** The awp.v1 package manifest (wcp.md 7.2). */
export type PackageManifest = {
  readonly schema_version: "awp.v1";
  readonly worker_id: string;
  readonly worker_species_id: string;
  readonly worker_version: string;
  readonly package_hash: string;
  readonly built_at_utc: string;
  readonly attested_at_utc: string;
  readonly build_source: BuildSource;
  readonly trust_statement: string;
  readonly signature_hmac_sha256: string;
};

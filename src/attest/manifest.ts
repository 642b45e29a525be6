import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Clock } from "../protocol/clock.js";
import { BUILD_SOURCES, type BuildSource, type PackageManifest } from "../protocol/package.js";
import { trustStatement, utcSeconds } from "./checkManifest.js";
import { workerNamespace } from "./namespace.js";
import { canonicalPackageHash } from "./packageFiles.js";
import { signManifest } from "./signature.js";

/** A package manifest that can't be made: which option, and what it should be. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

export type ManifestFacts = {
  readonly workerId: string;
  readonly workerSpeciesId: string;
  readonly workerVersion: string;
  /** The namespace's shared secret. Attest reads no environment: whoever wants a fallback passes it in. */
  readonly signingSecret: string | undefined;
  readonly buildSource?: BuildSource;
  readonly now: Clock;
};

/** A signed awp.v1 manifest of the package in a directory (wcp.md 7.2). Writes nothing. Throws PackageError or ManifestError. */
export function buildManifest(options: ManifestFacts & { readonly packageRoot: string }): PackageManifest {
  return manifestOf(canonicalPackageHash(options.packageRoot), options);
}

/** The same over a package whose hash is known, as an artifact's is. */
export function manifestOf(package_hash: string, facts: ManifestFacts): PackageManifest {
  const { workerId, workerSpeciesId, workerVersion, signingSecret, buildSource = "local" } = facts;
  const namespace = workerNamespace(workerId);
  if (namespace === undefined) {
    throw new ManifestError(
      `workerId ${JSON.stringify(workerId)}: expected x.<name>.<more> or org.<name>.<more>`,
    );
  }
  if (!signingSecret)
    throw new ManifestError("signingSecret: missing or empty; pass it, or set WCP_ATTEST_HMAC_KEY");
  if (!BUILD_SOURCES.includes(buildSource)) {
    throw new ManifestError(
      `buildSource ${JSON.stringify(buildSource)}: expected ${BUILD_SOURCES.join(", ")}`,
    );
  }
  const at = utcSeconds(facts.now());
  const signed = {
    schema_version: "awp.v1",
    worker_id: workerId,
    worker_species_id: workerSpeciesId,
    worker_version: workerVersion,
    package_hash,
    built_at_utc: at,
    build_source: buildSource,
  } as const;
  const signature = signManifest(signed, signingSecret);
  if (signature === undefined) throw new ManifestError("workerSpeciesId, workerVersion: expected text");
  return {
    ...signed,
    attested_at_utc: at,
    trust_statement: trustStatement(namespace, at, package_hash),
    signature_hmac_sha256: signature,
  };
}

/** Writes a manifest as JSON with sorted names, two spaces, a newline; makes its directories; never leaves half a file. */
export function writeManifest(manifest: object, path: string): void {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true });
  const temporary = join(directory, "manifest.tmp"); // a name that no package hash counts
  const file = openSync(temporary, "w", 0o644);
  try {
    writeSync(file, `${JSON.stringify(sorted(manifest), null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

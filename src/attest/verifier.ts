import { readFileSync } from "node:fs";
import type { Clock } from "../protocol/clock.js";
import { type AttestResult, checkPackageManifest, DEFAULT_SECRET_ENV } from "./checkManifest.js";
import { canonicalPackageHash } from "./packageFiles.js";

export type VerifierOptions = {
  readonly packageRoot: string;
  readonly manifestPath: string;
  readonly workerId: string;
  readonly workerSpeciesId: string;
  /** Name of the variable that holds the secret. */
  readonly secretEnv?: string;
  readonly bannedHashes?: ReadonlySet<string> | readonly string[];
  /**
   * Where the secret is looked up at each verify, and nowhere else (S002): process.env at an edge, the stored secret
   * under the same name inside a Hall. Attest reads no environment itself.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: Clock;
};

/** Checks that a worker package on disk is attested and unchanged (S003; wcp.md 7.4). Fails closed and never throws. */
export class PackageAttestationVerifier {
  readonly #options: VerifierOptions;

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  /** The package as it is now. `denyCode` is the first of the ATTEST codes that holds, or null. */
  verify(): AttestResult {
    const { packageRoot, manifestPath, workerId, workerSpeciesId, bannedHashes, env, now } = this.#options;
    const { secretEnv = DEFAULT_SECRET_ENV } = this.#options;
    const manifest = attempt(() => JSON.parse(readFileSync(manifestPath, "utf8")) as unknown);
    if ("error" in manifest) {
      const isAbsent = manifest.error === "ENOENT";
      return {
        ok: false,
        denyCode: "ATTEST_MANIFEST_MISSING",
        meta: isAbsent ? {} : { error: manifest.error },
      };
    }
    const hash = attempt(() => canonicalPackageHash(packageRoot));
    return checkPackageManifest({
      manifest: manifest.value,
      packageHash: "error" in hash ? undefined : hash.value,
      workerId,
      workerSpeciesId,
      secret: env[secretEnv],
      secretEnv,
      now: now(),
      ...(bannedHashes === undefined ? {} : { bannedHashes }),
    });
  }
}

/** The value, or the error's code or name: never its text, which may quote the file. */
function attempt<T>(job: () => T): { readonly value: T } | { readonly error: string } {
  try {
    return { value: job() };
  } catch (error) {
    if (!(error instanceof Error)) return { error: "Error" };
    return { error: "code" in error && typeof error.code === "string" ? error.code : error.name };
  }
}

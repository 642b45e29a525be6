import { CERTIFICATE_MS, issueCertificate } from "../attest/certificate.js";
import { manifestOf } from "../attest/manifest.js";
import { packageHash } from "../attest/packageHash.js";
import { readArtifact } from "../build/artifact.js";
import type { Signer } from "../evidence/ed25519.js";
import { type Clock, timestamp } from "../protocol/clock.js";
import { skillId } from "../protocol/ids.js";
import type { Built } from "./buildSkillAt.js";

/** With what a build is vouched for: the publisher's key and the secret of awp.v1. */
export type Vouching = {
  readonly signer: Signer;
  readonly attestSecret: string | undefined;
  readonly clock: Clock;
};

/** Signs certificate (365 days) and package manifest over exactly these bytes. Throws ManifestError, CertificateError. */
export function vouchFor(built: Built, checks: readonly string[], { signer, attestSecret, clock }: Vouching) {
  const { manifest, artifact, artifact_digest, manifest_hash, toolchain } = built;
  const { files } = readArtifact(artifact);
  const package_hash = packageHash([...files].map(([path, bytes]) => ({ path, bytes })));
  const now = clock();
  const certificate = issueCertificate(
    {
      skill_id: skillId(manifest.namespace, manifest.name),
      version: manifest.version,
      manifest_hash,
      artifact_digest,
      package_hash,
      checks: checks.map((name) => ({ name, ok: true })),
      toolchain,
      publisher_key: signer.key,
      issued_at: timestamp(now),
      expires_at: timestamp(now + CERTIFICATE_MS),
    },
    signer,
  );
  const awp = manifestOf(package_hash, {
    workerId: manifest.worker.id,
    workerSpeciesId: manifest.worker.species,
    workerVersion: manifest.version,
    signingSecret: attestSecret,
    now: clock,
  });
  return { artifact, certificate, awp, expires_at: timestamp(now + CERTIFICATE_MS) };
}

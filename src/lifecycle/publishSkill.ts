import { resolve } from "node:path";
import { certificateDigest, openCertificate } from "../attest/certificate.js";
import { MAX_ARTIFACT_BYTES } from "../build/archive.js";
import { readSkillSource } from "../build/source.js";
import { checkManifest } from "../compile/checkManifest.js";
import { isEnvelope } from "../evidence/dsse.js";
import { sha256Hex } from "../protocol/canonical.js";
import { skillId } from "../protocol/ids.js";
import type { PackageManifest } from "../protocol/package.js";
import { distFiles } from "./buildSkillAt.js";
import { collectContained } from "./collectSkill.js";
import { LifecycleError } from "./error.js";
import { recordWork } from "./recordWork.js";
import { registryOf } from "./registry.js";
import { readIfThere, readJsonIfThere } from "./wholeFile.js";
import { inForce, type Workshop, withHome } from "./workshop.js";

/** A version in the registry. */
export type PublishReport = {
  readonly skill_id: string;
  readonly version: string;
  readonly artifact_digest: string;
  /** The registry's directory. */
  readonly registry: string;
};

/** Puts the certified version of the skill in a directory into the registry. Throws LifecycleError NOT_CERTIFIED, VERSION_EXISTS. */
export function publishSkill(ws: Workshop, { dir }: { readonly dir: string }): Promise<PublishReport> {
  return withHome(ws, async (parts) => {
    const { policy } = inForce(parts);
    const place = resolve(ws.cwd, dir);
    const release = await readRelease(place, parts.own().publisher ?? "");
    const { skill_id, version, artifact_digest, manifest_hash } = release.certified;
    const registry = registryOf(parts.home, policy.config.registry);
    ws.progress(`publishing ${skill_id} ${version}`);
    registry.publish(skill_id, version, release);
    const { signer } = release;
    const certificate_digest = certificateDigest(release.certificate) ?? null;
    await recordWork(ws, parts, "publish", {
      skill_id,
      version,
      artifact_digest,
      manifest_hash,
      signer,
      certificate_digest,
    });
    return { skill_id, version, artifact_digest, registry: registry.dir };
  });
}

/** What certify left in dist/ for the manifest's version, whole and signed by this home. */
async function readRelease(dir: string, signer: string) {
  const { manifest } = await readSkillSource(dir, checkManifest, collectContained);
  const refuse = (why: string) =>
    new LifecycleError("NOT_CERTIFIED", why, "Certify it first: hall skill certify");
  if (manifest === undefined) throw refuse(`The manifest in ${dir} has problems.`);
  const files = distFiles(dir, manifest);
  const skill_id = skillId(manifest.namespace, manifest.name);
  const what = `${skill_id} ${manifest.version}`;
  const artifact = readIfThere(files.artifact, MAX_ARTIFACT_BYTES);
  const certificate = readJsonIfThere(files.certificate);
  const awp = readJsonIfThere(files.awp) as PackageManifest | undefined;
  if (artifact === undefined || certificate === undefined || awp === undefined)
    throw refuse(`${what} isn't certified.`);
  const certified = openCertificate(certificate, [signer]);
  if (certified === undefined || !isEnvelope(certificate))
    throw refuse(`The certificate of ${what} isn't signed by this home.`);
  const isAboutIt = certified.skill_id === skill_id && certified.version === manifest.version;
  if (!isAboutIt || certified.artifact_digest !== sha256Hex(artifact)) {
    throw refuse(`${what} was built again since it was certified.`);
  }
  return { artifact, certificate, awp, signer, certified };
}

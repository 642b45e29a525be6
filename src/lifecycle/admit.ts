import { checkCertificate } from "../attest/certificate.js";
import { checkPackageManifest } from "../attest/checkManifest.js";
import { packageHash } from "../attest/packageHash.js";
import { readArtifact } from "../build/artifact.js";
import { parseSkillJson } from "../compile/skillJson.js";
import { type Envelope, isEnvelope } from "../evidence/dsse.js";
import { exactly, isHash, isObject, isText, oneOf } from "../evidence/members.js";
import { trustedPublishers } from "../hall/authority.js";
import type { HallParts } from "../hall/parts.js";
import { fromBase64 } from "../protocol/canonical.js";
import { timestamp } from "../protocol/clock.js";
import { skillId } from "../protocol/ids.js";
import { BUILD_SOURCES, type PackageManifest } from "../protocol/package.js";
import type { SkillManifest, ToolDefinition } from "../protocol/skill.js";
import type { WorkerRecord } from "../protocol/worker.js";
import type { Install } from "../records/installs.js";
import { LifecycleError } from "./error.js";
import { checkForeignNames } from "./foreignOrigins.js";
import { inForce } from "./workshop.js";

/** What somebody offers for installation. Nothing about it is believed. */
export type Candidate = {
  readonly artifact: Uint8Array;
  readonly certificate: unknown;
  readonly awp: unknown;
};

/** A skill that may be installed under the policy and standing in force when it was looked at. */
export type Admitted = {
  readonly bytes: Uint8Array;
  readonly artifact_digest: string;
  readonly manifest_hash: string;
  readonly skill_id: string;
  readonly version: string;
  readonly signer: string;
  readonly certificate: Envelope;
  readonly awp: PackageManifest | null;
  readonly skill_json: Uint8Array;
  readonly manifest: SkillManifest;
  readonly definitions: readonly ToolDefinition[];
  readonly worker: WorkerRecord;
  /** What was decided on: an install insists that neither has moved since. */
  readonly under: { readonly policy_digest: string | null; readonly standing_epoch: number };
};

/**
 * Checks a candidate whole, from its bytes: artifact, manifest and schemas as this Hall compiles them, certificate by a
 * publisher whom the policy in force lists for the namespace, bans and revocations, namespace, env, tool names. Throws
 * LifecycleError (or what readArtifact and parseSkillJson throw) and changes nothing.
 */
export function admit(parts: HallParts, candidate: Candidate): Admitted {
  const { store } = inForce(parts);
  const { policy_digest, epoch } = store.state();
  const artifact = readArtifact(candidate.artifact);
  const { manifest, definitions, worker, manifest_hash } = parseSkillJson(artifact.skill_json);
  const { version } = manifest;
  const skill_id = skillId(manifest.namespace, manifest.name);
  const files = [...artifact.files].map(([path, bytes]) => ({ path, bytes }));
  const package_hash = packageHash(files);
  const subject = { skill_id, version, manifest_hash, artifact_digest: artifact.digest, package_hash };
  const { signer, certificate } = checkSigned(parts, manifest, candidate.certificate, subject);
  const awp = isAwp(candidate.awp) ? candidate.awp : null;
  if (signer === parts.own().publisher) checkAttested(parts, worker, awp, package_hash);
  checkStanding(parts, { ...subject, signer, worker_id: worker.worker_id });
  checkPlace(parts, manifest);
  checkNames(store.installs(), skill_id, worker, definitions);
  checkForeignNames(store, skill_id, definitions);
  return {
    bytes: candidate.artifact,
    artifact_digest: artifact.digest,
    manifest_hash,
    skill_id,
    version,
    signer,
    certificate,
    awp,
    skill_json: artifact.skill_json,
    manifest,
    definitions,
    worker,
    under: { policy_digest, standing_epoch: epoch },
  };
}

type Subject = Parameters<typeof checkCertificate>[0]["subject"];

function checkSigned(parts: HallParts, { namespace }: SkillManifest, envelope: unknown, subject: Subject) {
  const trusted = trustedPublishers(inForce(parts).policy, namespace, parts.own());
  const now = timestamp(parts.clock());
  const { state, signer } = checkCertificate({ envelope, trusted, revoked: [], now, subject });
  const what = `${subject.skill_id} ${subject.version}`;
  if (state === "valid" && signer !== null) return { signer, certificate: envelope as Envelope };
  if (state === "missing") {
    throw new LifecycleError(
      "NOT_CERTIFIED",
      `${what} has no certificate.`,
      "Its publisher must certify it.",
    );
  }
  if (state === "expired") {
    throw new LifecycleError(
      "CERTIFICATE_EXPIRED",
      `The certificate of ${what} has expired.`,
      "Its publisher must certify it again.",
    );
  }
  const claimed = claimedSigner(envelope);
  if (claimed !== null && !trusted.includes(claimed)) {
    throw new LifecycleError(
      "SIGNER_NOT_TRUSTED",
      `${what} is signed with ${claimed}, and no such key may sign for ${namespace} here.`,
      `If you know whose key it is, write it into a file and run: hall trust add KEYFILE --namespace ${namespace}`,
    );
  }
  throw new LifecycleError(
    "CERTIFICATE_INVALID",
    `The certificate of ${what} isn't a valid one for these bytes.`,
    "Get artifact and certificate again from their publisher.",
  );
}

/** What is signed here is attested here too (formats.md, ATTEST_*): without that every call would be denied. */
function checkAttested(
  parts: HallParts,
  { worker_id, worker_species_id }: WorkerRecord,
  manifest: PackageManifest | null,
  packageHash: string,
): void {
  const { denyCode } = checkPackageManifest({
    manifest,
    packageHash,
    workerId: worker_id,
    workerSpeciesId: worker_species_id,
    secret: parts.own().attestSecret,
    now: parts.clock(),
  });
  if (denyCode === null) return;
  throw new LifecycleError(
    "ATTESTATION_INVALID",
    `The package manifest of ${worker_id} doesn't attest these bytes (${denyCode}).`,
    "Certify and publish the skill again with this home's secret.",
  );
}

/** The key that a certificate says it is signed with; says nothing about whether it is. */
function claimedSigner(envelope: unknown): string | null {
  const bytes = isEnvelope(envelope) ? fromBase64(envelope.payload) : undefined;
  try {
    const payload: unknown = bytes && JSON.parse(Buffer.from(bytes).toString("utf8"));
    const key = isObject(payload) ? payload["publisher_key"] : undefined;
    return typeof key === "string" && /^ed25519:[0-9a-f]{64}$/.test(key) ? key : null;
  } catch {
    return null;
  }
}

function checkStanding(
  parts: HallParts,
  of: Subject & { readonly signer: string; readonly worker_id: string },
): void {
  const subjects: ReadonlyMap<string, string> = new Map([
    [`skill:${of.skill_id}`, of.skill_id],
    [`skill:${of.skill_id}@${of.version}`, `${of.skill_id} ${of.version}`],
    [`hash:${of.artifact_digest}`, `the artifact sha256:${of.artifact_digest}`],
    [`hash:${of.package_hash}`, `the package sha256:${of.package_hash}`],
    [`worker:${of.worker_id}`, `the worker ${of.worker_id}`],
    [`publisher:${of.signer}`, `the publisher ${of.signer}`],
  ]);
  for (const [subject, entries] of inForce(parts).store.standing([...subjects.keys()])) {
    const state = entries.find(({ adapter }) => adapter === null)?.state;
    if (state === undefined) continue;
    throw new LifecycleError(
      "NOT_ACTIVE",
      `${of.skill_id} ${of.version} can't be installed: ${subjects.get(subject)} is ${state}.`,
      "The operator who ordered it can say why, and lift it: hall ban list, hall skill restore",
    );
  }
}

function checkPlace(parts: HallParts, { namespace, name, allowed_environments }: SkillManifest): void {
  const { tenant, env, namespaces } = inForce(parts).policy.config;
  if (!(namespaces[tenant] ?? []).includes(namespace)) {
    throw new LifecycleError(
      "NAMESPACE_NOT_ALLOWED",
      `Skills of ${namespace} aren't allowed for tenant ${tenant}.`,
      `To allow them, run: hall namespace allow ${namespace}`,
    );
  }
  if (!allowed_environments.includes(env)) {
    throw new LifecycleError(
      "ENVIRONMENT_NOT_ALLOWED",
      `${namespace}/${name} may run in ${allowed_environments.join(", ")}, and this home is ${env}.`,
      "Its author decides where it may run: allowed_environments in skill.yaml.",
    );
  }
}

/** Tool names and worker ids are unique in a home: calls, revocations and rules go by them. */
function checkNames(
  installs: readonly Install[],
  skill_id: string,
  worker: WorkerRecord,
  definitions: readonly ToolDefinition[],
): void {
  const names = new Set(definitions.map(({ name }) => name));
  for (const other of installs) {
    if (other.skill_id === skill_id) continue;
    const taken = toolNamesOf(other).find((name) => names.has(name));
    const what =
      taken !== undefined
        ? `a tool named ${taken}`
        : other.worker_id === worker.worker_id && `the worker ${worker.worker_id}`;
    if (what === false) continue;
    throw new LifecycleError(
      "TOOL_TAKEN",
      `${skill_id} and ${other.skill_id} both have ${what}, and a name stands for one thing in a home.`,
      `Uninstall one of them (hall skill uninstall ${other.skill_id}), or ask its author for another name.`,
    );
  }
}

/** The tools of an installed skill, in its order. */
export function toolNamesOf({ skill }: Pick<Install, "skill">): readonly string[] {
  const tools = skill["tools"];
  return Array.isArray(tools) ? tools.flatMap((tool) => (isObject(tool) ? [String(tool["name"])] : [])) : [];
}

const isAwp = exactly<PackageManifest>({
  schema_version: oneOf(["awp.v1"]),
  worker_id: isText,
  worker_species_id: isText,
  worker_version: isText,
  package_hash: isHash,
  built_at_utc: isText,
  attested_at_utc: isText,
  build_source: oneOf(BUILD_SOURCES),
  trust_statement: isText,
  signature_hmac_sha256: isHash,
});

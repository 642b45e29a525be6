import { type CertificateState, checkCertificate } from "../attest/certificate.js";
import { checkPackageManifest } from "../attest/checkManifest.js";
import type { Envelope } from "../evidence/dsse.js";
import type { SkillFacts } from "../protocol/facts.js";
import type { Certificate } from "../protocol/skill.js";
import type { StandingState } from "../protocol/standing.js";
import type { Install } from "../records/installs.js";
import type { Store } from "../records/store.js";
import type { Policy } from "./policy.js";
import { asInstalled, type HeldArtifact, type InstalledTool } from "./skills.js";
import type { GovernedTool } from "./tool.js";
import type { Caller } from "./types.js";

type Standing = Exclude<SkillFacts["standing"], "unknown">;
type Attestation = Exclude<SkillFacts["attestation"], "unknown">;

/** What this home itself answers for: its publisher key and the secret of its awp.v1 attestations. */
export type OwnAuthority = { readonly publisher: string | null; readonly attestSecret: string | undefined };

/**
 * Publisher keys that may sign for a namespace: those that the policy in force lists for exactly it, and in env dev
 * the home's own for the home's namespace (formats.md, config.json).
 */
export function trustedPublishers(policy: Policy, namespace: string, own: OwnAuthority): readonly string[] {
  const { env, publishers } = policy.config;
  const listed = publishers
    .filter((publisher) => publisher.namespaces.includes(namespace))
    .map(({ key }) => key);
  const ownToo = env === "dev" && own.publisher !== null && policy.config.namespace === namespace;
  return ownToo ? [...listed, own.publisher] : listed;
}

/** The certificate against the bytes that would run; bytes that this home lost are its attestation's business. */
export function certificateOf(
  tool: InstalledTool,
  held: HeldArtifact | null,
  policy: Policy,
  now: string,
  own: OwnAuthority,
): CertificateState["state"] {
  const { install, manifest } = tool;
  const signedHere = install.signer === own.publisher;
  const intact = held !== null && held.artifact_digest === install.artifact_digest;
  if (!intact && !signedHere) return "invalid";
  const { artifact_digest, package_hash, manifest_hash } = intact ? held : recorded(install);
  const { skill_id, version } = install;
  return checkCertificate({
    envelope: install.certificate,
    trusted: trustedPublishers(policy, manifest.namespace, own),
    revoked: [], // a revoked publisher is a matter of standing, with its own code
    now,
    subject: { skill_id, version, manifest_hash, artifact_digest, package_hash },
  }).state;
}

/**
 * The awp.v1 attestation of the bytes that would run, for skills signed here; a foreign skill's is its certificate.
 * Bans aren't asked here: they are a matter of standing, whoever signed.
 */
export function attestationOf(
  { install, worker }: InstalledTool,
  held: HeldArtifact | null,
  own: OwnAuthority,
  now: number,
): Attestation {
  if (install.signer !== own.publisher) return { ok: true };
  if (held !== null && held.artifact_digest !== install.artifact_digest)
    return { ok: false, code: "ATTEST_HASH_MISMATCH" };
  const { ok, denyCode } = checkPackageManifest({
    manifest: install.awp,
    packageHash: held?.package_hash,
    workerId: worker.worker_id,
    workerSpeciesId: worker.worker_species_id,
    secret: own.attestSecret,
    now,
  });
  return ok ? { ok: true } : { ok: false, code: denyCode };
}

/** What an install's own certificate says of its bytes; used to judge the document when the bytes are gone. */
function recorded(
  install: Install,
): Pick<HeldArtifact, "artifact_digest" | "package_hash" | "manifest_hash"> {
  const { artifact_digest, manifest_hash } = install;
  return { artifact_digest, manifest_hash, package_hash: packageHashOf(install) };
}

/** Whether everything that a call of a tool rests on may still run, from the orders on record. */
export function standingOfTool(store: Pick<Store, "standing">, tool: GovernedTool, caller: Caller): Standing {
  const skill = `skill:${tool.skill_id}`;
  const install = "install" in tool ? asInstalled(tool).install : null; // foreign code has no package and no publisher
  const subjects = {
    skill,
    version: `${skill}@${tool.version}`,
    worker: `worker:${tool.worker.worker_id}`,
    hash: `hash:${tool.artifact_digest ?? tool.definition_digest}`,
    package: `hash:${install === null ? tool.definition_digest : packageHashOf(install)}`,
    publisher: `publisher:${install?.signer}`,
  };
  const orders = store.standing(Object.values(subjects));
  const of = (subject: string): StandingState => {
    const states = (orders.get(subject) ?? [])
      .filter(({ adapter }) => adapter === null)
      .map(({ state }) => state);
    return states.includes("banned") ? "banned" : (states[0] ?? "active");
  };
  const degraded = [subjects.skill, subjects.version].some((subject) =>
    orders.get(subject)?.some(({ adapter }) => adapter === caller.adapter),
  );
  return {
    skill: of(subjects.skill),
    version: of(subjects.version),
    worker: of(subjects.worker),
    adapter: degraded ? "degraded" : "active",
    hash: worse(of(subjects.hash), of(subjects.package)),
    publisher: of(subjects.publisher),
  };
}

function worse(a: StandingState, b: StandingState): StandingState {
  return a === "active" || b === "banned" ? b : a;
}

/** The package hash that an install's certificate names, whoever signed it; "" where it can't be read. */
function packageHashOf({ certificate }: Install): string {
  let hash = packageHashes.get(certificate);
  if (hash === undefined) {
    hash = readPackageHash(certificate);
    packageHashes.set(certificate, hash);
  }
  return hash;
}
const packageHashes = new WeakMap<Envelope, string>();

function readPackageHash({ payload }: Envelope): string {
  try {
    const { package_hash } = JSON.parse(Buffer.from(payload, "base64").toString()) as Partial<Certificate>;
    return typeof package_hash === "string" ? package_hash : "";
  } catch {
    return "";
  }
}

import { join } from "node:path";
import { certificateDigest, openCertificate } from "../attest/certificate.js";
import { parseSkillJson } from "../compile/skillJson.js";
import { canonicalBytes, canonicalJson } from "../protocol/canonical.js";
import type { PackageManifest } from "../protocol/package.js";
import type { Install } from "../records/installs.js";
import { type Admitted, admit } from "./admit.js";
import { type Allowance, allowSkill } from "./allowSkill.js";
import { enrol, holdsBytes } from "./enrol.js";
import { envelopeChanges, envelopeLines } from "./envelope.js";
import { LifecycleError } from "./error.js";
import { type Locked, prepareLocked, readLock, recordLocked } from "./lockFile.js";
import { type Registry, registryOf } from "./registry.js";
import { newest, parseRange } from "./semver.js";
import { alreadyAllowed, whichRule } from "./whichRule.js";
import { checkWritable } from "./wholeFile.js";
import { inForce, type OpenHome, type Workshop, withHome } from "./workshop.js";

export type InstallOptions = {
  /** `ID` or `ID@range`; without it every skill of lock.json is restored. */
  readonly id?: string;
  /** Propose and apply the rules that allow it in env dev. */
  readonly allow?: boolean;
};

export type Installed = {
  readonly skill_id: string;
  readonly version: string;
  readonly artifact_digest: string;
  readonly signer: string;
  readonly tools: readonly string[];
  /** What it may do, a line each. */
  readonly envelope: readonly string[];
  /** What an upgrade changed about that, and what a renewal renewed. */
  readonly changes: readonly string[];
  readonly record_id: string;
};

/** `rule` would allow what was installed; `notes` say which of them ask a human, and why. */
export type InstallReport = { readonly installed: readonly Installed[] } & Allowance;

/**
 * Installs a skill from the registry, once a person has seen its envelope and accepted it, or restores what lock.json
 * pins. Grants nothing: it gives the rules that would, and applies them when asked to. Throws LifecycleError.
 */
export function installSkill(ws: Workshop, options: InstallOptions = {}): Promise<InstallReport> {
  return withHome(ws, async (parts) => {
    const registry = registryOf(parts.home, inForce(parts).policy.config.registry);
    const wanted = options.id === undefined ? restored(parts) : [resolveId(parts, registry, options.id)];
    const installed: Installed[] = [];
    const skills: Admitted[] = [];
    if (options.allow === true && wanted.length > 0) checkWritable(join(parts.home.dir, "rules.json"));
    for (const want of wanted) {
      const { done, skill } = await installOne(ws, parts, registry, want);
      skills.push(skill);
      if (done !== undefined) installed.push(done);
    }
    return {
      installed,
      ...(await allowSkill(
        ws,
        parts,
        skills.map(({ manifest }) => manifest),
        options.allow === true,
      )),
    };
  });
}

/** One version to be had, and what lock.json says about it. */
type Wanted = { readonly skill_id: string; readonly version: string; readonly pinned: Locked | null };

function restored({ home }: OpenHome): readonly Wanted[] {
  return Object.entries(readLock(home)).map(([skill_id, pinned]) => ({
    skill_id,
    version: pinned.version,
    pinned,
  }));
}

function resolveId({ home }: OpenHome, registry: Registry, id: string): Wanted {
  const at = id.indexOf("@");
  const skill_id = at < 0 ? id : id.slice(0, at);
  const range = parseRange(at < 0 ? "" : id.slice(at + 1));
  if (range === undefined) {
    throw new LifecycleError(
      "BAD_ARGUMENT",
      `${JSON.stringify(id)} names no version.`,
      "Write ID, ID@1.2.0, ID@1.2, ID@^1.2 or ID@~1.2.0.",
    );
  }
  const versions = registry.versions(skill_id);
  const version = newest(versions, range);
  if (version === undefined) {
    const there = versions.length === 0 ? "none" : versions.join(", ");
    throw new LifecycleError(
      "NOT_FOUND",
      `The registry ${registry.dir} has no ${id}; versions there: ${there}.`,
      "Publish it, or name another version.",
    );
  }
  const locked = readLock(home)[skill_id];
  return { skill_id, version, pinned: locked?.version === version ? locked : null };
}

async function installOne(
  ws: Workshop,
  parts: OpenHome,
  registry: Registry,
  wanted: Wanted,
): Promise<{ readonly skill: Admitted; readonly done: Installed | undefined }> {
  const { skill_id, version } = wanted;
  ws.progress(`checking ${skill_id} ${version}`);
  const candidate = registry.read(skill_id, version);
  const skill = admit(parts, candidate);
  checkIsIt(skill, wanted);
  const before = inForce(parts)
    .store.installs()
    .find((install) => install.skill_id === skill_id);
  const { artifact_digest, signer } = skill;
  const renewals = before === undefined ? [] : renewed(before, skill);
  const isThere = before?.artifact_digest === artifact_digest && renewals.length === 0;
  if (isThere && wanted.pinned !== null && holdsBytes(parts, artifact_digest))
    return { skill, done: undefined };
  const envelope = envelopeLines(skill.manifest);
  const changes =
    before === undefined
      ? []
      : [
          ...envelopeChanges(parseSkillJson(canonicalBytes(before.skill)).manifest, skill.manifest),
          ...renewals,
        ];
  const locked = { version, artifact_digest, signer };
  const isPinned = wanted.pinned !== null;
  if (!isPinned) prepareLocked(parts.home, skill_id, locked).drop(); // before anybody is asked
  const shown = before === undefined ? envelope : [...changes, ...envelope];
  const ruled = alreadyAllowed(whichRule(inForce(parts).policy, skill.manifest));
  const about = [`signed by ${signer}`, `artifact sha256:${artifact_digest}`];
  if (!(await ws.accept(`Install ${skill_id} ${version}?`, [...about, ...shown, ...ruled]))) {
    throw new LifecycleError(
      "DECLINED",
      `${skill_id} ${version} wasn't installed.`,
      "Answer yes, or pass --yes.",
    );
  }
  const record = async () => (await enrol(ws, parts, candidate, { dev: false })).record_id;
  const record_id = isPinned ? await record() : await recordLocked(parts.home, { skill_id, locked }, record);
  const tools = skill.definitions.map(({ name }) => name);
  return { skill, done: { skill_id, version, artifact_digest, signer, tools, envelope, changes, record_id } };
}

/** How the papers of an installed artifact differ: neither its bytes nor lock.json change with them (formats.md). */
function renewed(before: Install, now: Admitted): readonly string[] {
  if (before.artifact_digest !== now.artifact_digest) return [];
  const isSameCertificate =
    before.signer === now.signer &&
    certificateDigest(before.certificate) === certificateDigest(now.certificate);
  const certificate = openCertificate(now.certificate, [now.signer]);
  return [
    ...(isSameCertificate
      ? []
      : [`certificate: another one, good until ${certificate?.expires_at ?? "an unknown time"}`]),
    ...(isSameManifest(before.awp, now.awp) ? [] : ["awp.v1 manifest: another one"]),
  ];
}

function isSameManifest(a: PackageManifest | null, b: PackageManifest | null): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** The registry's bytes must be the skill that was asked for, and the one that lock.json pins. */
function checkIsIt({ skill_id, version, artifact_digest, signer }: Admitted, wanted: Wanted): void {
  if (skill_id !== wanted.skill_id || version !== wanted.version) {
    throw new LifecycleError(
      "ARTIFACT_INVALID",
      `The registry gave ${skill_id} ${version} for ${wanted.skill_id} ${wanted.version}.`,
      "Look into the registry: its files were mixed up.",
    );
  }
  const { pinned } = wanted;
  if (pinned === null || (pinned.artifact_digest === artifact_digest && pinned.signer === signer)) return;
  const what =
    pinned.artifact_digest === artifact_digest
      ? `signed by ${signer} instead of ${pinned.signer}`
      : `sha256:${artifact_digest} instead of sha256:${pinned.artifact_digest}`;
  throw new LifecycleError(
    "LOCK_MISMATCH",
    `${skill_id} ${version} in the registry isn't the one that lock.json pins: it is ${what}.`,
    "A published version never changes: find out who changed it. To accept it, remove the skill from lock.json and install it by name.",
  );
}

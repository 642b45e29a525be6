import { join, resolve } from "node:path";
import { certificateDigest } from "../attest/certificate.js";
import { readSkillSource } from "../build/source.js";
import { checkManifest } from "../compile/checkManifest.js";
import type { JsonObject } from "../protocol/canonical.js";
import { skillId } from "../protocol/ids.js";
import type { SkillManifest } from "../protocol/skill.js";
import type { Install } from "../records/installs.js";
import { admit } from "./admit.js";
import { allowSkill } from "./allowSkill.js";
import { type Built, compileAndBuild } from "./buildSkillAt.js";
import { vouchFor } from "./certificate.js";
import { failedExamples, vouchingOf } from "./certifySkill.js";
import { collectContained } from "./collectSkill.js";
import { enrol, holdsBytes } from "./enrol.js";
import { inWords, LifecycleError, type LifecycleProblem } from "./error.js";
import { holdsToEnd } from "./holdsToEnd.js";
import { recordWork } from "./recordWork.js";
import { testBuilt } from "./testSkill.js";
import { watchDirectory } from "./watchDirectory.js";
import { checkWritable } from "./wholeFile.js";
import { inForce, type OpenHome, type Workshop, withHome } from "./workshop.js";

/** A version of the skill that is installed. */
export type Kept = Pick<Install, "skill_id" | "version">;

/** What became of a save. When it isn't `ok`, what was installed of the skill before stays so, if anything was. */
export type Saved =
  | {
      readonly ok: true;
      readonly skill_id: string;
      readonly version: string;
      readonly artifact_digest: string;
      readonly tools: readonly string[];
      readonly warnings: readonly LifecycleProblem[];
      /** Null when the save changed nothing about the skill. */
      readonly record_id: string | null;
      /** Rules that were put in force for it. */
      readonly rules: readonly JsonObject[];
      readonly notes: readonly string[];
    }
  | {
      readonly ok: false;
      readonly error: ReturnType<LifecycleError["toJSON"]>;
      readonly installed: Kept | null;
    };

export type DevOptions = {
  readonly dir: string;
  readonly signal: AbortSignal;
  readonly onSaved: (saved: Saved) => void;
  /** Only as it is now, without watching. */
  readonly once?: boolean;
};

/**
 * Builds, tests, certifies with the home's own key, installs and allows the skill in a directory, in env dev, and again
 * on every save until the signal, and gives the last save. Publishes nothing and leaves lock.json alone. Throws
 * LifecycleError where no save could help: no home, nothing in force, another env.
 */
export function devSkill(ws: Workshop, { dir, signal, onSaved, once }: DevOptions): Promise<Saved> {
  return withHome(ws, async (parts) => {
    checkDev(parts);
    const place = resolve(ws.cwd, dir);
    const changes = once === true ? undefined : watchDirectory(place, signal);
    let last: Saved | undefined;
    try {
      do {
        last = await save(ws, parts, place, last);
        onSaved(last);
      } while (await changes?.next());
      return last;
    } finally {
      changes?.close();
    }
  });
}

function checkDev(parts: OpenHome): void {
  const { env } = inForce(parts).policy.config;
  if (env === "dev") return;
  throw new LifecycleError(
    "ENVIRONMENT_NOT_ALLOWED",
    `hall dev works in env dev only, and this home is ${env}.`,
    "Use a home of your own for development: hall init",
  );
}

async function save(ws: Workshop, parts: OpenHome, dir: string, before: Saved | undefined): Promise<Saved> {
  try {
    return await inWords(() => install(ws, parts, dir));
  } catch (error) {
    if (!(error instanceof LifecycleError)) throw error;
    return { ok: false, error: error.toJSON(), installed: await keptOf(parts, dir, before) };
  }
}

/** What is installed of the skill: by its manifest's id, or while that can't be read, by the id that it had before. */
async function keptOf({ ledger }: OpenHome, dir: string, before: Saved | undefined): Promise<Kept | null> {
  const known = before?.ok === false ? before.installed : before;
  const skill_id = (await idIn(dir)) ?? known?.skill_id;
  const install = ledger
    .current()
    ?.installs()
    .find((one) => one.skill_id === skill_id);
  return install === undefined ? null : { skill_id: install.skill_id, version: install.version };
}

async function idIn(dir: string): Promise<string | undefined> {
  try {
    const { manifest } = await readSkillSource(dir, checkManifest, collectContained);
    return manifest && skillId(manifest.namespace, manifest.name);
  } catch {
    return undefined;
  }
}

async function install(ws: Workshop, parts: OpenHome, dir: string): Promise<Saved> {
  checkDev(parts);
  ws.progress("building");
  const built = await buildForDev(dir);
  const { manifest, artifact_digest } = built;
  const skill_id = skillId(manifest.namespace, manifest.name);
  const before = inForce(parts)
    .store.installs()
    .find((one) => one.skill_id === skill_id);
  const record_id = isGood(parts, before, built) ? null : await installNew(ws, parts, built);
  const { rule, notes } = await allowInDev(ws, parts, manifest);
  const tools = manifest.tools.map(({ name }) => name);
  const { version } = manifest;
  return {
    ok: true,
    skill_id,
    version,
    artifact_digest,
    tools,
    warnings: built.warnings,
    record_id,
    rules: rule,
    notes,
  };
}

/** Whether just this is installed, and may stay so: its certificate runs out, and its attestation's secret changes. */
function isGood(
  parts: OpenHome,
  install: Install | undefined,
  { artifact, artifact_digest }: Built,
): boolean {
  if (install?.artifact_digest !== artifact_digest || !holdsBytes(parts, artifact_digest)) return false;
  try {
    admit(parts, { artifact, certificate: install.certificate, awp: install.awp });
    return true;
  } catch (error) {
    if (error instanceof LifecycleError) return false;
    throw error;
  }
}

/** The skill under the version `<version>-dev.<start of its digest>`, so that each save is a version of its own. */
async function buildForDev(dir: string): Promise<Built> {
  const { manifest, artifact_digest } = await compileAndBuild(dir);
  return compileAndBuild(dir, { version: devVersion(manifest.version, artifact_digest) });
}

/** Twelve digits of the digest; more where those would be a number with a leading zero, which no version may have. */
export function devVersion(version: string, digest: string): string {
  let length = 12;
  while (/^0\d+$/.test(digest.slice(0, length)) && length < digest.length) length++;
  return `${version}-dev.${digest.slice(0, length)}`;
}

/** Installs it by the steps of build, certify and install, each on record (hall.md, Lifecycle). */
async function installNew(ws: Workshop, parts: OpenHome, built: Built): Promise<string> {
  const { artifact_digest, manifest, manifest_hash } = built;
  const { version } = manifest;
  const about = {
    skill_id: skillId(manifest.namespace, manifest.name),
    version,
    artifact_digest,
    manifest_hash,
  };
  await checkRules(ws, parts, manifest);
  await recordWork(ws, parts, "build", about);
  const problems = failedExamples((await testBuilt(ws, built)).examples);
  if (problems.length > 0) {
    throw new LifecycleError(
      "EXAMPLES_FAILED",
      "Examples of the skill fail.",
      "Correct the handler or the examples and save again.",
      { problems },
    );
  }
  const vouching = vouchingOf(ws, parts);
  const certified = vouchFor(built, ["examples"], vouching);
  const certificate_digest = certificateDigest(certified.certificate) ?? null;
  await recordWork(ws, parts, "certify", { ...about, signer: vouching.signer.key, certificate_digest });
  ws.progress("installing");
  return (await enrol(ws, parts, certified, { dev: true })).record_id;
}

/** Rules that are needed and can't be written are said before anything is recorded. */
async function checkRules(ws: Workshop, parts: OpenHome, manifest: SkillManifest): Promise<void> {
  const { rule } = await allowSkill(ws, parts, [manifest], false);
  if (rule.length > 0) checkWritable(join(parts.home.dir, "rules.json"));
}

/** In env dev `hall dev` applies what it writes (hall.md, State), and says what that ended. */
async function allowInDev(ws: Workshop, parts: OpenHome, manifest: SkillManifest) {
  const ended = holdsToEnd(parts);
  const allowed = await allowSkill({ ...ws, accept: async () => true }, parts, [manifest], true);
  if (ended === null || allowed.rule.length === 0) return allowed;
  return { ...allowed, notes: [...allowed.notes, `the new rules ended ${ended}`] };
}

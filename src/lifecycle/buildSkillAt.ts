import { join, resolve } from "node:path";
import { type BuiltSkill, buildSkill } from "../build/buildSkill.js";
import type { CheckManifest } from "../build/source.js";
import { checkManifest } from "../compile/checkManifest.js";
import { type CompiledSkill, compileSkill } from "../compile/compileSkill.js";
import { skillId } from "../protocol/ids.js";
import { VERSION } from "../protocol/version.js";
import { collectContained } from "./collectSkill.js";
import { inWords, LifecycleError, type LifecycleProblem } from "./error.js";
import { recordWork } from "./recordWork.js";
import { writeWhole } from "./wholeFile.js";
import { isHomeNamed, type OpenHome, type Workshop, withHome, withHomeIfAny } from "./workshop.js";

/** A skill as this Hall's compiler and builder made it. */
export type Built = BuiltSkill<CompiledSkill>;

/** What a build came to, for people and programs. */
export type BuildReport = {
  readonly skill_id: string;
  readonly version: string;
  readonly artifact_digest: string;
  readonly manifest_hash: string;
  /** The artifact's path. */
  readonly file: string;
  readonly tools: readonly string[];
  readonly warnings: readonly LifecycleProblem[];
  /** Why the home around here has no record of it, where it should have one. */
  readonly unrecorded?: string;
};

/**
 * Builds the skill in a directory into `dist/<name>-<version>.skill`, and records that in the home, if there is one.
 * Building needs no home: one that only happens to lie around the directory and can't be written to is said in
 * `unrecorded`; one that was named must be good first. Throws LifecycleError BUILD_FAILED with every problem.
 */
export async function buildSkillAt(ws: Workshop, { dir }: { readonly dir: string }): Promise<BuildReport> {
  if (isHomeNamed(ws)) return withHome(ws, async (parts) => recorded(ws, parts, await build(ws, dir)));
  const report = await inWords(() => build(ws, dir));
  try {
    return await withHomeIfAny(ws, (parts) => recorded(ws, parts, report));
  } catch (error) {
    if (error instanceof LifecycleError) return { ...report, unrecorded: error.message };
    throw error;
  }
}

async function build(ws: Workshop, dir: string): Promise<BuildReport> {
  const place = resolve(ws.cwd, dir);
  ws.progress("checking the manifest and bundling the handlers");
  const built = await compileAndBuild(place);
  const file = distFiles(place, built.manifest).artifact;
  writeWhole(file, built.artifact);
  return reportOf(built, file);
}

async function recorded(
  ws: Workshop,
  parts: OpenHome | undefined,
  report: BuildReport,
): Promise<BuildReport> {
  await recordWork(ws, parts, "build", report);
  return report;
}

/** One build with the real compiler. Another version than the manifest's is what `hall dev` asks for. */
export function compileAndBuild(dir: string, options: { readonly version?: string } = {}): Promise<Built> {
  const { version } = options;
  const check: CheckManifest =
    version === undefined ? checkManifest : (value) => checkManifest({ ...(value as object), version });
  return buildSkill(dir, {
    compile: { checkManifest: check, compileSkill },
    hallVersion: VERSION,
    collect: collectContained,
  });
}

/** Where build, certify and publish keep a version's files, in the skill's `dist/`. */
export function distFiles(
  dir: string,
  { name, version }: { readonly name: string; readonly version: string },
) {
  const file = (ending: string) => join(dir, "dist", `${name}-${version}.${ending}`);
  return { artifact: file("skill"), certificate: file("certificate.json"), awp: file("manifest.json") };
}

export function reportOf(built: Built, file: string): BuildReport {
  const { manifest, artifact_digest, manifest_hash, warnings } = built;
  return {
    skill_id: skillId(manifest.namespace, manifest.name),
    version: manifest.version,
    artifact_digest,
    manifest_hash,
    file,
    tools: manifest.tools.map(({ name }) => name),
    warnings,
  };
}

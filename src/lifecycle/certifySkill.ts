import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { certificateDigest } from "../attest/certificate.js";
import { readArtifact } from "../build/artifact.js";
import { BuildError } from "../build/problem.js";
import type { Signer } from "../evidence/ed25519.js";
import { loadKey } from "../hall/state.js";
import { sha256Hex } from "../protocol/canonical.js";
import { type Built, compileAndBuild, distFiles, reportOf } from "./buildSkillAt.js";
import { vouchFor } from "./certificate.js";
import { LifecycleError, type LifecycleProblem } from "./error.js";
import type { ExampleResult } from "./examples.js";
import { recordWork } from "./recordWork.js";
import { shownJson } from "./shown.js";
import { testBuilt } from "./testSkill.js";
import { jsonText, writeWhole } from "./wholeFile.js";
import { inForce, type OpenHome, type Workshop, withHome } from "./workshop.js";

/** A certificate as it was issued. */
export type CertifyReport = {
  readonly skill_id: string;
  readonly version: string;
  readonly artifact_digest: string;
  readonly certificate_digest: string;
  /** The publisher's public key: what other homes trust with `hall trust add`. */
  readonly signer: string;
  readonly expires_at: string;
  readonly files: readonly string[];
};

/**
 * Certifies the skill in a directory: builds it, builds it again from nothing but its listed inputs, runs its examples,
 * and signs what came out. Throws LifecycleError NOT_REPRODUCIBLE, EXAMPLES_FAILED, BUILD_FAILED; then nothing is signed.
 */
export function certifySkill(ws: Workshop, { dir }: { readonly dir: string }): Promise<CertifyReport> {
  return withHome(ws, async (parts) => {
    inForce(parts);
    const place = resolve(ws.cwd, dir);
    ws.progress("building");
    const built = await compileAndBuild(place);
    const files = distFiles(place, built.manifest);
    checkAsBuilt(files.artifact, built);
    ws.progress("building again from a clean copy");
    await checkRebuild(place, built);
    checkExamples(built, (await testBuilt(ws, built)).examples);
    ws.progress("signing");
    const certified = vouchFor(built, ["rebuild", "examples"], vouchingOf(ws, parts));
    writeWhole(files.artifact, built.artifact);
    writeWhole(files.certificate, jsonText(certified.certificate));
    writeWhole(files.awp, jsonText(certified.awp));
    const { skill_id, version, artifact_digest, manifest_hash } = reportOf(built, files.artifact);
    const certificate_digest = certificateDigest(certified.certificate) ?? "";
    const signer = publisherOf(parts).key;
    await recordWork(ws, parts, "certify", {
      skill_id,
      version,
      artifact_digest,
      manifest_hash,
      signer,
      certificate_digest,
    });
    const { expires_at } = certified;
    return {
      skill_id,
      version,
      artifact_digest,
      certificate_digest,
      signer,
      expires_at,
      files: Object.values(files),
    };
  });
}

/** The publisher's key of a home and its attestation secret, as `vouchFor` wants them. */
export function vouchingOf(ws: Workshop, parts: OpenHome) {
  return { signer: publisherOf(parts), attestSecret: parts.own().attestSecret, clock: ws.clock };
}

function publisherOf({ home }: OpenHome): Signer {
  const key = loadKey(home, "publisher");
  if (key !== undefined) return key;
  throw new LifecycleError(
    "KEY",
    `There is no publisher key in ${home.state}.`,
    'Restore it, or run "hall apply".',
  );
}

/** What `skill build` left in dist/ must be what the sources give now. */
function checkAsBuilt(file: string, built: Built): void {
  if (!existsSync(file) || sha256Hex(readFileSync(file)) === built.artifact_digest) return;
  throw new LifecycleError(
    "NOT_REPRODUCIBLE",
    `${file} isn't what its sources give now, sha256:${built.artifact_digest}.`,
    "Build it again and look at what changed: hall skill build",
  );
}

async function checkRebuild(dir: string, built: Built): Promise<void> {
  const again = (await buildCopy(dir, built)) ?? (await compileAndBuild(dir));
  if (again.artifact_digest === built.artifact_digest) return;
  throw new LifecycleError(
    "NOT_REPRODUCIBLE",
    `A second build gives other bytes: sha256:${again.artifact_digest} instead of sha256:${built.artifact_digest}.`,
    "Make sure that nothing changes the skill's files meanwhile, and certify again.",
  );
}

/** A build of the listed inputs alone, elsewhere. Undefined where the copy can't be built: packages linked within it. */
async function buildCopy(dir: string, { artifact }: Built): Promise<Built | undefined> {
  const copy = mkdtempSync(join(tmpdir(), "hall-rebuild-"));
  try {
    for (const { path } of readArtifact(artifact).inputs) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      cpSync(join(dir, path), join(copy, path), { dereference: true });
    }
    return await compileAndBuild(copy);
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function checkExamples({ manifest }: Built, results: readonly ExampleResult[]): void {
  const missing = manifest.tools.flatMap(({ name, examples }, i): LifecycleProblem[] =>
    examples.length > 0
      ? []
      : [
          {
            file: "skill.yaml",
            path: `tools[${i}].examples`,
            message: `${name} has no example`,
            remedy: "Write one: {name, input, output}.",
          },
        ],
  );
  const problems = [...missing, ...failedExamples(results)];
  if (problems.length === 0) return;
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  throw new LifecycleError(
    "EXAMPLES_FAILED",
    `The skill can't be certified: ${count}.`,
    "Correct them; see them run with: hall skill test",
    { problems },
  );
}

/** The examples that didn't give what they promise. */
export function failedExamples(results: readonly ExampleResult[]): readonly LifecycleProblem[] {
  return results
    .filter(({ ok }) => !ok)
    .map(({ tool, name, code, detail, expected, got }) => ({
      file: "skill.yaml",
      path: `${tool}, example ${JSON.stringify(name)}`,
      message:
        code === null
          ? `gave ${shownJson(got)} instead of ${shownJson(expected)}`
          : `ended with ${code}${detail === undefined ? "" : ` (${detail.split("\n", 1)[0]})`}`,
      remedy:
        code === null
          ? "Correct the handler, or the example's output."
          : `What ${code} means: hall explain ${code}`,
    }));
}

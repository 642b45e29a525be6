import { canonicalBytes, encode, type Json } from "../protocol/canonical.js";
import type { SkillManifest, ToolDefinition } from "../protocol/skill.js";
import type { WorkerRecord } from "../protocol/worker.js";
import { ArtifactError, handlerPath, packArtifact, platformPath, readArtifact } from "./artifact.js";
import { bundleAround, bundleHandler, bundlerVersion } from "./bundle.js";
import type { Collect } from "./collected.js";
import { BuildError, type BuildProblem, distinctProblems } from "./problem.js";
import { type CheckManifest, type ManifestProblem, readSkillSource, type SkillSource } from "./source.js";

/** What compile/ makes of a manifest. */
export type CompiledSkill = {
  readonly skill_json: Uint8Array;
  readonly definitions: readonly ToolDefinition[];
  readonly platforms: Readonly<Record<string, Json>>;
  readonly skill_md: string;
  readonly mcp_json: Json;
  readonly worker: WorkerRecord;
};

/** The functions of compile/ that a build needs, handed in by lifecycle/ (house.md, Who may import whom). */
export type SkillCompiler<Compiled extends CompiledSkill = CompiledSkill> = {
  readonly checkManifest: CheckManifest;
  /** May reject with an error that has `problems` (ManifestProblem[]). */
  readonly compileSkill: (manifest: SkillManifest, hallVersion: string) => Promise<Compiled>;
};

export type BuiltSkill<Compiled extends CompiledSkill = CompiledSkill> = {
  readonly artifact: Uint8Array;
  readonly artifact_digest: string;
  readonly manifest: SkillManifest;
  readonly manifest_hash: string;
  readonly skill: Compiled;
  readonly warnings: readonly BuildProblem[];
  /** What decides the bytes beside the skill itself, as the certificate names it. */
  readonly toolchain: Readonly<Record<string, string>>;
};

/**
 * Builds the skill in `directory` into one artifact: same input and toolchain, same bytes, wherever it lies.
 * Runs none of the skill's code, save what defines a code-first skill, and that by `collect`. Writes and installs
 * nothing. Throws BuildError with every problem found.
 */
export async function buildSkill<Compiled extends CompiledSkill>(
  directory: string,
  options: {
    readonly compile: SkillCompiler<Compiled>;
    readonly hallVersion: string;
    readonly collect?: Collect;
  },
): Promise<BuiltSkill<Compiled>> {
  const { compile, hallVersion, collect } = options;
  const source = await readSkillSource(directory, compile.checkManifest, collect);
  const bundled = await bundleHandlers(source);
  const problems = distinctProblems([...source.problems, ...bundled.problems]);
  const { manifest } = source;
  if (manifest === undefined || problems.length > 0) throw new BuildError(problems);
  return await orBuildError(source, async () => {
    const skill = await compile.compileSkill(manifest, hallVersion);
    const artifact = packArtifact(
      new Map([
        ...compiledFiles(skill),
        ["inputs.json", canonicalBytes({ v: 1, inputs: source.files.inputs() })],
        ...bundled.handlers,
      ]),
    );
    const { digest, manifest_hash } = readArtifact(artifact); // as whoever installs it will
    const toolchain = { esbuild: await bundlerVersion(), hall: hallVersion };
    const warnings = distinctProblems([...source.warnings, ...bundled.warnings]);
    return { artifact, artifact_digest: digest, manifest, manifest_hash, skill, warnings, toolchain };
  });
}

/** The files of an artifact that follow from the manifest alone, so an installer can compare them with its own. */
export function compiledFiles(skill: CompiledSkill): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ["skill.json", skill.skill_json],
    ["SKILL.md", encode(skill.skill_md)],
    ["mcp.json", canonicalBytes(skill.mcp_json)],
    ...Object.entries(skill.platforms).map(
      ([platform, definitions]) => [platformPath(platform), canonicalBytes(definitions)] as const,
    ),
  ]);
}

async function bundleHandlers({ files, handlers }: SkillSource) {
  const sources = new Map<string, Uint8Array>();
  const problems: BuildProblem[] = [];
  const warnings: BuildProblem[] = [];
  for (const { tool, file, entry } of handlers) {
    const bundle = await (entry === undefined
      ? bundleHandler(files, file)
      : bundleAround(files, file, entry));
    if (bundle.ok) {
      sources.set(handlerPath(tool), bundle.source);
      warnings.push(...bundle.warnings);
    } else problems.push(...bundle.problems);
  }
  return { handlers: sources, problems, warnings };
}

/** Manifest and handlers are fine by now; what still fails is the skill as a whole. */
async function orBuildError<T>(source: SkillSource, job: () => Promise<T>): Promise<T> {
  try {
    return await job();
  } catch (error) {
    if (error instanceof ArtifactError) {
      const { problem, remedy } = error;
      throw new BuildError([source.place({ path: [], message: problem, remedy })], { cause: error });
    }
    if (hasProblems(error)) throw new BuildError(error.problems.map(source.place), { cause: error });
    throw error;
  }
}

function hasProblems(error: unknown): error is { problems: readonly ManifestProblem[] } {
  return error instanceof Error && "problems" in error && Array.isArray(error.problems);
}

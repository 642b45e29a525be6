import { type Collect, collectManifest, handlerEntry } from "./collected.js";
import { BuildError, type BuildProblem, distinctProblems, formatPath } from "./problem.js";
import type { SkillFiles } from "./skillFiles.js";
import type { CheckManifest, ManifestProblem, SkillSource } from "./source.js";
import { toolNameProblems } from "./toolNames.js";

/**
 * A code-first skill, whose manifest is what its `module` defines: collected, then checked like any other. Every tool's
 * handler is a function of that module. Throws BuildError when it defines nothing that can be checked.
 */
export async function readModule(
  files: SkillFiles,
  module: string,
  checkManifest: CheckManifest,
  collect: Collect | undefined,
): Promise<SkillSource> {
  if (collect === undefined) {
    const message = "it would have to be run, contained, and there is nothing here that does";
    throw new BuildError([{ file: module, message, remedy: 'Build it by "hall skill build"' }]);
  }
  const { value, problems, warnings } = await collectManifest(files, module, collect);
  if (value === undefined) throw new BuildError(distinctProblems(problems));
  const place = ({ path, message, remedy }: ManifestProblem): BuildProblem => {
    const where = formatPath(path);
    return { file: module, ...(where === "" ? {} : { path: where }), message, remedy };
  };
  const checked = checkManifest(value);
  const manifest = "manifest" in checked ? checked.manifest : undefined;
  const found = [...("problems" in checked ? checked.problems : []), ...toolNameProblems(value)].map(place);
  return {
    files,
    manifest,
    handlers: (manifest?.tools ?? []).map(({ name }) => ({
      tool: name,
      file: module,
      entry: handlerEntry(module, name),
    })),
    problems: [...problems, ...found.filter((problem) => !isEcho(problem, problems))],
    warnings: [...warnings, ...("manifest" in checked ? checked.warnings.map(place) : [])],
    place,
  };
}

/** What the collector has said of a place, or of one around it, it has said better. */
function isEcho({ path = "" }: BuildProblem, told: readonly BuildProblem[]): boolean {
  return told.some(
    ({ path: around }) => around !== undefined && (path === around || path.startsWith(`${around}.`)),
  );
}

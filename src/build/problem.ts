/** One thing that keeps a skill from being built, or that its author should know: where, what, and what to do. */
export type BuildProblem = {
  /** Relative to the skill's directory. */
  readonly file: string;
  readonly line?: number;
  /** Where in the manifest, as `tools[0].handler`. */
  readonly path?: string;
  readonly message: string;
  readonly remedy: string;
};

/** A path into the manifest: member names and indices. */
export type ManifestPath = readonly (string | number)[];

const MAX_SHOWN = 100;

/** A build that didn't succeed. `problems` are all that were found, in the order of manifest and tools. */
export class BuildError extends Error {
  override readonly name = "BuildError";
  readonly problems: readonly BuildProblem[];
  constructor(problems: readonly BuildProblem[], options?: ErrorOptions) {
    const lines = problems.slice(0, MAX_SHOWN).map((problem) => `  ${describeProblem(problem)}`);
    if (problems.length > MAX_SHOWN) lines.push(`  and ${problems.length - MAX_SHOWN} more`);
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(`The skill can't be built, ${count}:\n${lines.join("\n")}`, options);
    this.problems = problems;
  }
}

/** One line for a terminal: `skill.yaml:12 tools[0].handler: no such file. Create it …`. */
export function describeProblem({ file, line, path, message, remedy }: BuildProblem): string {
  const place = `${file}${line === undefined ? "" : `:${line}`}${path === undefined ? "" : ` ${path}`}`;
  return `${place}: ${message}. ${remedy}`;
}

/** `tools[0].input_schema["a.b"]`, as people write it. The root is the empty text. */
export function formatPath(path: ManifestPath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** The problems without those that were found twice, as in a file that two handlers share. */
export function distinctProblems(problems: readonly BuildProblem[]): BuildProblem[] {
  const seen = new Map(problems.map((problem) => [describeProblem(problem), problem]));
  return [...seen.values()];
}

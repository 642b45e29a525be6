/** One thing that is wrong with, or odd about, a manifest or schema: where, what, and what to do about it. */
export type Problem = {
  /** Member names and array indices from the root of what was checked. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly remedy: string;
};

/** A skill that can't be compiled, with everything that was found. */
export class CompileError extends Error {
  override readonly name = "CompileError";
  readonly problems: readonly Problem[];
  constructor(what: string, problems: readonly Problem[]) {
    super(`${what}: ${problems.map((p) => `${p.path.join(".") || "(root)"}: ${p.message}`).join("; ")}`);
    this.problems = problems;
  }
}

/** The same problem, seen from further up. */
export function beneath(path: readonly (string | number)[], problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
}

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The environment variables that the Hall honours, read once at the edge. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A problem with a home's files: which file, which field, what to do. */
export class HomeError extends Error {
  override readonly name = "HomeError";
  readonly code: "NO_HOME" | "BAD_FILE" | "WRONG_STATE" | "WRONG_ENV";
  readonly problems: readonly string[];
  constructor(code: HomeError["code"], message: string, problems: readonly string[] = []) {
    super(problems.length === 0 ? message : `${message}\n${problems.map((p) => `  ${p}`).join("\n")}`);
    this.code = code;
    this.problems = problems;
  }
}

/**
 * The `.hall` directory named by `--home` or HALL_HOME (itself, or the directory that holds it), else the nearest one
 * upwards from the working directory. Throws HomeError NO_HOME when there is none.
 */
export function findDirectory(options: {
  readonly home?: string | undefined;
  readonly cwd: string;
  readonly environment: Environment;
}): string {
  const { cwd, environment } = options;
  const named = options.home ?? environment["HALL_HOME"];
  const dir = named === undefined ? searchUpwards(cwd) : asHallDirectory(resolve(cwd, named));
  if (dir !== undefined) return dir;
  const where = named === undefined ? `in ${cwd} or above it` : `at ${resolve(cwd, named)}`;
  throw new HomeError(
    "NO_HOME",
    `No .hall directory ${where}. Run "hall init" in the project, or pass --home DIR.`,
  );
}

function searchUpwards(from: string): string | undefined {
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    if (existsSync(join(dir, ".hall", "config.json"))) return join(dir, ".hall");
    if (dirname(dir) === dir) return undefined;
  }
}

function asHallDirectory(path: string): string | undefined {
  if (existsSync(join(path, "config.json"))) return path;
  const inside = join(path, ".hall");
  return existsSync(join(inside, "config.json")) ? inside : undefined;
}

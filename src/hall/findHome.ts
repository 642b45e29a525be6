import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** The environment variables that the Hall honours, read once at the edge. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a home's policy files and this machine's state for it lie. */
export type Home = {
  /** The real path of the `.hall` directory. */
  readonly dir: string;
  /** This machine's state directory of the home: database, keys, artifacts, data, witness. */
  readonly state: string;
  readonly database: string;
};

/** A problem with a home's files: which file, which field, what to do. */
export class HomeError extends Error {
  override readonly name = "HomeError";
  readonly code: "NO_HOME" | "BAD_FILE" | "WRONG_STATE";
  readonly problems: readonly string[];
  constructor(code: HomeError["code"], message: string, problems: readonly string[] = []) {
    super(problems.length === 0 ? message : `${message}\n${problems.map((p) => `  ${p}`).join("\n")}`);
    this.code = code;
    this.problems = problems;
  }
}

/**
 * The home named by `--home` or HALL_HOME (the `.hall` directory or the one that holds it), else the nearest one
 * upwards from the working directory. Throws HomeError NO_HOME when there is none.
 */
export function findHome(options: {
  readonly home?: string | undefined;
  readonly cwd: string;
  readonly environment: Environment;
}): Home {
  const { cwd, environment } = options;
  const named = options.home ?? environment["HALL_HOME"];
  const dir = named === undefined ? searchUpwards(cwd) : asHallDirectory(resolve(cwd, named));
  if (dir === undefined) {
    const where = named === undefined ? `in ${cwd} or above it` : `at ${resolve(cwd, named)}`;
    throw new HomeError(
      "NO_HOME",
      `No .hall directory ${where}. Run "hall init" in the project, or pass --home DIR.`,
    );
  }
  return homeAt(dir, environment);
}

/** The home whose `.hall` directory is `dir`, which must exist. */
export function homeAt(dir: string, environment: Environment): Home {
  const real = realpathSync(dir);
  const base = environment["XDG_STATE_HOME"] || join(environment["HOME"] || homedir(), ".local", "state");
  const own = createHash("sha256").update(real).digest("hex");
  const state = resolve(environment["HALL_STATE"] || join(base, "hall", own));
  return { dir: real, state, database: resolve(environment["HALL_DB_PATH"] || join(state, "hall.db")) };
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

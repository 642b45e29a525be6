import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type ConfigIssue, type HomeConfig, HomeConfigSchema } from "../protocol/config.js";
import { ToolsFileSchema } from "../protocol/foreign.js";
import { PROFILES } from "../protocol/profile.js";
import { type Environment, findDirectory, HomeError } from "./findHome.js";

export { type Environment, HomeError } from "./findHome.js";

/** Where a home's policy files and this machine's state for it lie. */
export type Home = {
  /** The real path of the `.hall` directory. */
  readonly dir: string;
  /** This machine's state directory of the home: database, keys, artifacts, data, witness. */
  readonly state: string;
  readonly database: string;
};

/** The home that {@link findDirectory} finds, with its state on this machine. Throws HomeError NO_HOME. */
export function findHome(options: Parameters<typeof findDirectory>[0]): Home {
  return homeAt(findDirectory(options), options.environment);
}

/** The home whose `.hall` directory is `dir`, which must exist. */
export function homeAt(dir: string, environment: Environment): Home {
  const real = realpathSync(dir);
  const base = environment["XDG_STATE_HOME"] || join(environment["HOME"] || homedir(), ".local", "state");
  const own = createHash("sha256").update(real).digest("hex");
  const state = resolve(environment["HALL_STATE"] || join(base, "hall", own));
  return { dir: real, state, database: resolve(environment["HALL_DB_PATH"] || join(state, "hall.db")) };
}

const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** JSON of one of the home's files; undefined when it doesn't exist. Throws HomeError BAD_FILE. */
export function readHomeFile(
  home: Home,
  name: "config.json" | "rules.json" | "tools.json" | "lock.json",
): unknown {
  const path = join(home.dir, name);
  try {
    if (!existsSync(path)) return undefined;
    if (statSync(path).size > MAX_FILE_BYTES)
      throw new HomeError("BAD_FILE", `${path} is larger than 16 MiB`);
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof HomeError) throw error;
    const why = error instanceof SyntaxError ? `isn't JSON: ${error.message}` : "can't be read";
    throw new HomeError("BAD_FILE", `${path} ${why}`);
  }
}

/** The checked config.json of a home, with the tools of its tools.json. Throws HomeError BAD_FILE naming every problem. */
export function readConfig(home: Home): HomeConfig {
  const file = join(home.dir, "config.json");
  const own = readHomeFile(home, "config.json");
  const config = parseConfig(own, file);
  if (typeof own === "object" && own !== null && "tools" in own) {
    throw new HomeError("BAD_FILE", `${file}: tools: accepted tools stand in tools.json, not here`);
  }
  checkProfile(config, file);
  return { ...config, tools: readTools(home) };
}

function readTools(home: Home): HomeConfig["tools"] {
  const value = readHomeFile(home, "tools.json");
  const result = ToolsFileSchema.safeParse(value ?? { tools: [] });
  if (!result.success) throw badFile(join(home.dir, "tools.json"), result.error.issues);
  return result.data.tools;
}

/** Checks the parsed text of a config.json. Throws HomeError BAD_FILE naming every problem with its path. */
export function parseConfig(value: unknown, file: string): HomeConfig {
  const result = HomeConfigSchema.safeParse(value ?? {});
  if (!result.success) throw badFile(file, result.error.issues);
  return result.data;
}

function badFile(file: string, issues: readonly ConfigIssue[]): HomeError {
  const problems = issues.map((issue) => `${issue.path.join(".") || "(whole file)"}: ${issue.message}`);
  return new HomeError("BAD_FILE", `${file} has ${problems.length} problem(s):`, problems);
}

/** Env prod and edge need a profile, and a named profile must be one that this Hall has. Throws HomeError BAD_FILE. */
export function checkProfile(config: HomeConfig, file: string): void {
  if (config.profile === null) {
    if (config.env !== "prod" && config.env !== "edge") return;
    throw new HomeError(
      "BAD_FILE",
      `${file}: profile: env ${config.env} needs a profile; name one, or use env dev`,
    );
  }
  if (PROFILES.has(config.profile)) return;
  const known = [...PROFILES.keys()].join(", ");
  throw new HomeError(
    "BAD_FILE",
    `${file}: profile: "${config.profile}" isn't in this version; available: ${known}`,
  );
}

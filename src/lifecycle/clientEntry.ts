import { userInfo } from "node:os";
import { isObject } from "../evidence/members.js";
import { type Home, homeAt } from "../hall/home.js";
import type { ClientWords } from "./clientConfig.js";
import type { Workshop } from "./workshop.js";

/** How a client starts this home's Hall. */
export type ClientEntry = {
  readonly type?: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

/** How a client starts the Hall of this home: absolute paths, and what its environment must name. Never a secret. */
export function entryFor({ program }: Workshop, home: Home, { typed }: ClientWords): ClientEntry {
  const [command, ...args] = program;
  const env = { HALL_HOME: home.dir, ...statePlacesOf(home) };
  return { ...(typed ? { type: "stdio" as const } : {}), command, args: [...args, "mcp"], env };
}

/** State and database, resolved, where a client that hands on nothing of this environment would look elsewhere. */
function statePlacesOf({ dir, state, database }: Home): Readonly<Record<string, string>> {
  const usual = homeAt(dir, { HOME: registeredHome() });
  return {
    ...(state === usual.state ? {} : { HALL_STATE: state }),
    ...(database === homeAt(dir, { HALL_STATE: state }).database ? {} : { HALL_DB_PATH: database }),
  };
}

/** The user's own directory whatever HOME says here; `/` for a user whom the machine doesn't know. */
export function registeredHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    return "/";
  }
}

/** An entry that starts this home's Hall, whichever program and paths it was written with. */
export function isOurs(entry: unknown, { dir }: Home): boolean {
  if (!isObject(entry)) return false;
  const { args, env } = entry;
  return Array.isArray(args) && args.at(-1) === "mcp" && isObject(env) && env["HALL_HOME"] === dir;
}

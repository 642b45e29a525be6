import { existsSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { isObject } from "../evidence/members.js";
import { type Home, homeAt } from "../hall/home.js";
import { writePrivate } from "../hall/state.js";
import { LifecycleError } from "./error.js";
import { jsonText, readJsonIfThere, writeWhole } from "./wholeFile.js";
import { type Workshop, withHome } from "./workshop.js";

/** How a client starts this home's Hall. */
export type ClientEntry = {
  readonly type: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

export type ConnectReport = {
  /** The client's configuration file. */
  readonly file: string;
  /** False when it said so already, or had nothing to undo. */
  readonly written: boolean;
  readonly entry: ClientEntry;
};

const NAME = "hall";

/**
 * Writes how to start this home's Hall, with absolute paths, into the project's `.mcp.json`, or takes it out again.
 * Other servers stay as they are. Throws LifecycleError FOREIGN_ENTRY when another program has the name.
 */
export function connectClient(
  ws: Workshop,
  { undo }: { readonly client: "claude"; readonly undo: boolean },
): Promise<ConnectReport> {
  return withHome(ws, async ({ home }) => {
    const file = join(dirname(home.dir), ".mcp.json");
    const entry = entryFor(ws, home);
    const config = readClientConfig(file);
    const servers = serversOf(config, file);
    const there = servers[NAME];
    if (there !== undefined && !isOurs(there, home)) {
      if (undo) return { file, written: false, entry };
      throw new LifecycleError(
        "FOREIGN_ENTRY",
        `${file} has another server named "${NAME}".`,
        "Rename or remove it, then connect again.",
      );
    }
    const isDone = undo ? there === undefined : JSON.stringify(there) === JSON.stringify(entry);
    if (isDone) return { file, written: false, entry };
    const question = undo
      ? `Take the Hall's entry out of ${file}?`
      : `Let Claude Code start hall mcp in this project, by an entry in ${file}?`;
    if (!(await ws.accept(question, undo ? [] : jsonText(entry).trimEnd().split("\n"))))
      throw new LifecycleError("DECLINED", "Nothing was written.", "Answer yes, or pass --yes.");
    if (undo) takeOut(home, file, config, servers);
    else putIn(home, file, config, { ...servers, [NAME]: entry });
    return { file, written: true, entry };
  });
}

type Members = Readonly<Record<string, unknown>>;

/** A note in the state directory that the file is ours, so that undo may remove what it leaves empty. */
const noteOf = (home: Home) => join(home.state, "made-mcp-json");

function putIn(home: Home, file: string, config: Members | undefined, mcpServers: Members): void {
  if (config === undefined && existsSync(home.state)) writePrivate(noteOf(home), Buffer.from(`${file}\n`));
  writeWhole(file, jsonText({ ...config, mcpServers }));
}

function takeOut(home: Home, file: string, config: Members | undefined, servers: Members): void {
  const { [NAME]: _, ...others } = servers;
  const isEmpty =
    Object.keys(others).length === 0 && Object.keys(config ?? {}).every((name) => name === "mcpServers");
  if (isEmpty && existsSync(noteOf(home))) rmSync(file);
  else writeWhole(file, jsonText({ ...config, mcpServers: others }));
  rmSync(noteOf(home), { force: true });
}

function entryFor({ program }: Workshop, home: Home): ClientEntry {
  const [command, ...args] = program;
  return { type: "stdio", command, args: [...args, "mcp"], env: { HALL_HOME: home.dir, ...placesOf(home) } };
}

/** State and database, resolved, where a client that hands on nothing of this environment would look elsewhere. */
function placesOf({ dir, state, database }: Home): Readonly<Record<string, string>> {
  const usual = homeAt(dir, { HOME: registeredHome() });
  return {
    ...(state === usual.state ? {} : { HALL_STATE: state }),
    ...(database === homeAt(dir, { HALL_STATE: state }).database ? {} : { HALL_DB_PATH: database }),
  };
}

/** The user's own directory whatever HOME says here; `/` for a user whom the machine doesn't know. */
function registeredHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    return "/";
  }
}

/** An entry that starts this home's Hall, whichever program and paths it was written with. */
function isOurs(entry: unknown, { dir }: Home): boolean {
  if (!isObject(entry)) return false;
  const { args, env } = entry;
  return Array.isArray(args) && args.at(-1) === "mcp" && isObject(env) && env["HALL_HOME"] === dir;
}

function readClientConfig(file: string): Members | undefined {
  const config = readJsonIfThere(file);
  if (config === undefined || isObject(config)) return config;
  throw new LifecycleError("BAD_FILE", `${file} isn't a JSON object.`, "Correct it, or move it away.");
}

function serversOf(config: Members | undefined, file: string): Members {
  const servers = config?.["mcpServers"] ?? {};
  if (isObject(servers)) return servers;
  throw new LifecycleError(
    "BAD_FILE",
    `${file}: mcpServers isn't an object.`,
    "Correct it, or move the file away.",
  );
}

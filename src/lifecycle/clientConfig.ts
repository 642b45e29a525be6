import { posix, win32 } from "node:path";
import type { Environment } from "../hall/home.js";

export const CLIENTS = ["claude", "claude-desktop", "cursor", "vscode"] as const;
export type Client = (typeof CLIENTS)[number];

/** What a client calls itself, where it lists servers in its file, and how it reads that file. */
export type ClientWords = {
  readonly title: string;
  /** The member of the file that holds the servers. */
  readonly member: "mcpServers" | "servers";
  /** It takes comments and trailing commas. */
  readonly relaxed: boolean;
  /** An entry says `type: "stdio"`. */
  readonly typed: boolean;
};

const WORDS: Readonly<Record<Client, ClientWords>> = {
  claude: { title: "Claude Code", member: "mcpServers", relaxed: false, typed: true },
  "claude-desktop": { title: "Claude Desktop", member: "mcpServers", relaxed: false, typed: false },
  cursor: { title: "Cursor", member: "mcpServers", relaxed: false, typed: true },
  vscode: { title: "VS Code", member: "servers", relaxed: true, typed: true },
};

/** Where something lies, and what else decides it: the system, its user's directory, the project. */
export type Surroundings = {
  /** As `os.platform()` says it. */
  readonly system: string;
  readonly environment: Environment;
  readonly userHome: string;
  readonly project: string;
};

export function clientWords(client: Client): ClientWords {
  return WORDS[client];
}

/**
 * The configuration file of a client, absolute: of the project where it has one, else, or with `user`, of the user.
 * Undefined where the client keeps none that other programs should write. (Each client's own documentation, 2026-11.)
 */
export function clientFile(
  client: Client,
  user: boolean,
  { system, environment, userHome, project }: Surroundings,
): string | undefined {
  const { join } = system === "win32" ? win32 : posix;
  const settings = {
    win32: () => environment["APPDATA"] ?? join(userHome, "AppData", "Roaming"),
    darwin: () => join(userHome, "Library", "Application Support"),
    other: () => environment["XDG_CONFIG_HOME"] ?? join(userHome, ".config"),
  }[system === "win32" || system === "darwin" ? system : "other"]();
  switch (client) {
    case "claude":
      return user ? undefined : join(project, ".mcp.json");
    case "claude-desktop":
      return join(settings, "Claude", "claude_desktop_config.json");
    case "cursor":
      return join(user ? userHome : project, ".cursor", "mcp.json");
    case "vscode":
      return user ? join(settings, "Code", "User", "mcp.json") : join(project, ".vscode", "mcp.json");
  }
}

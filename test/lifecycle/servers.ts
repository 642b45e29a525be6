import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeReach } from "../../src/mcp/upstream/reach.js";
import type { ServerConfig } from "../../src/protocol/foreign.js";
import { homeOf, type TestWorkshop } from "./project.js";

const SERVER = fileURLToPath(new URL("../mcp/upstream/fixtureServer.mjs", import.meta.url));

/** The real way to servers. */
export const reach = makeReach({
  environment: {},
  version: "0.0.0",
  log: () => {},
  signal: new AbortController().signal,
});

export const READ = {
  name: "read",
  description: "Read a page.",
  inputSchema: { type: "object", properties: { page: { type: "number" } } },
};
export const WRITE = { ...READ, name: "write", description: "Write a page." };

/** A home with a real server beside it that has the tools of a file. `say` writes what it says from then on. */
export async function homeWithServer(tools: readonly unknown[] = [READ, WRITE]) {
  const ws: TestWorkshop = await homeOf();
  const file = join(ws.cwd, "server", "tools.json");
  mkdirSync(join(ws.cwd, "server"));
  const say = (now: readonly unknown[]) => writeFileSync(file, JSON.stringify({ tools: now }));
  say(tools);
  const server: ServerConfig = { command: process.execPath, args: [SERVER, "server/tools.json"], env: [] };
  const path = (name: string) => join(ws.cwd, ".hall", name);
  return { ws, say, server, path };
}

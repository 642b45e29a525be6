import { dirname } from "node:path";
import type { ServerConfig } from "../protocol/foreign.js";
import { LifecycleError } from "./error.js";
import type { Reach, Reached } from "./reach.js";
import { inForce, type OpenHome, type Workshop } from "./workshop.js";

/** A server of the policy in force. Throws LifecycleError NOT_FOUND naming the ones that are. */
export function serverNamed(parts: OpenHome, name: string): ServerConfig {
  const { servers } = inForce(parts).policy.config;
  const server = Object.hasOwn(servers, name) ? servers[name] : undefined;
  if (server !== undefined) return server;
  const known = Object.keys(servers).join(", ") || "none";
  throw new LifecycleError(
    "NOT_FOUND",
    `No server ${JSON.stringify(name)} is in force in this home; there are: ${known}.`,
    "hall mcp list shows them, hall mcp add NAME adds one.",
  );
}

/** Asks a server something. Throws LifecycleError UNREADABLE with what is wrong with it. */
export async function asking<T>(
  { ws, parts, reach }: { readonly ws: Workshop; readonly parts: OpenHome; readonly reach: Reach },
  name: string,
  server: ServerConfig,
  ask: (server: Reached) => Promise<T>,
): Promise<T> {
  ws.progress(`asking ${name}`);
  try {
    return await reach({ name, server, dir: dirname(parts.home.dir) }, ask);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "no reason given";
    throw new LifecycleError(
      "UNREADABLE",
      `${name} can't be asked for its tools: ${why}.`,
      `Check that it runs by itself: ${spelled(server)}`,
      { cause },
    );
  }
}

/** A server as a person would start or open it. */
export function spelled(server: ServerConfig): string {
  return "command" in server ? [server.command, ...server.args].join(" ") : server.url;
}

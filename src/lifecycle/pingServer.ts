import type { Reach } from "./reach.js";
import { asking, serverNamed, spelled } from "./servers.js";
import { type Workshop, withHome } from "./workshop.js";

export type PingReport = { readonly name: string; readonly at: string; readonly tools: number };

/** Starts or reaches a server, asks whether it is there, and counts its tools. Throws LifecycleError. */
export function pingServer(
  ws: Workshop,
  { name }: { readonly name: string },
  reach: Reach,
): Promise<PingReport> {
  return withHome(ws, async (parts) => {
    const server = serverNamed(parts, name);
    const tools = await asking({ ws, parts, reach }, name, server, async (it) => {
      await it.ping();
      return (await it.describe()).tools.size;
    });
    return { name, at: spelled(server), tools };
  });
}

import type { JsonObject } from "../protocol/canonical.js";
import { amendPolicy } from "./amend.js";
import { serverNamed } from "./servers.js";
import { type Workshop, withHome } from "./workshop.js";

export type RemoveReport = {
  readonly name: string;
  readonly accepted: boolean;
  readonly record_id: string | null;
};

/** Takes a server and what was accepted of it out of config.json and tools.json. Rules, records and standing stay. */
export function removeServer(ws: Workshop, { name }: { readonly name: string }): Promise<RemoveReport> {
  return withHome(ws, async (parts) => {
    serverNamed(parts, name);
    const { accepted, record_id } = await amendPolicy(ws, parts, {
      question: `Take ${name} and its tools out?`,
      reason: `mcp remove ${name}`,
      edits: [
        { file: "config.json", edit: (config) => withoutServer(config, name) },
        { file: "tools.json", edit: (list) => list.filter(({ origin }) => origin !== name) },
      ],
    });
    return { name, accepted, record_id };
  });
}

function withoutServer(config: JsonObject, name: string): JsonObject {
  const { [name]: gone, ...servers } = (config["servers"] ?? {}) as JsonObject;
  return gone === undefined ? config : { ...config, servers };
}

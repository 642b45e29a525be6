import type { ServerConfig } from "../protocol/foreign.js";
import type { AcceptedTool } from "./foreignTools.js";
import type { Gate } from "./types.js";

/** The foreign servers of a home, put behind its gates by whoever speaks their protocol. */
export type ServerGates = {
  /** The gate, with the servers' accepted tools beside its own. `accepted` tells them for the gate's caller. */
  around(gate: Gate, accepted: (name?: string) => readonly AcceptedTool[]): Gate;
  /** Ends connections and child processes. */
  close(): Promise<void>;
};

/** What connecting to servers needs of the home. */
export type ServerNeeds = {
  /** The servers of the policy in force, as they are now. */
  readonly servers: () => Readonly<Record<string, ServerConfig>>;
  /** Where granted variables are read from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where their commands start. */
  readonly cwd: string;
};

/** `mcpServers()` of `wcp-hall/mcp` is one. Nothing is connected to before a tool is listed or called. */
export type ConnectServers = (needs: ServerNeeds) => ServerGates;

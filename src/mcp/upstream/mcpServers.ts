import type { ConnectServers } from "../../hall/serverGates.js";
import { VERSION } from "../../protocol/version.js";
import { openPool } from "./pool.js";
import { withServers } from "./withServers.js";

/**
 * Puts the MCP servers that the policy in force names behind the gates of a Hall:
 * `openHall({ servers: mcpServers() })`. Their tools are listed and called as `NAME__TOOL` through whatever adapter.
 * `log` is told what the servers print and why one can't be reached; it goes nowhere when left out.
 */
export function mcpServers(options: { readonly log?: (line: string) => void } = {}): ConnectServers {
  return (needs) => {
    const pool = openPool({ ...needs, version: VERSION, log: options.log ?? (() => {}) });
    return {
      around: (gate, accepted) => withServers(gate, { accepted, pool }),
      close: () => pool.close(),
    };
  };
}

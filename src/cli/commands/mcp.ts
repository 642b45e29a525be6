import { UsageError } from "../failure.js";
import { addVerb, option, type Program } from "../verb.js";
import { addServers } from "./servers.js";

/** `hall mcp`, which serves, and under it the foreign servers whose tools are governed here. */
export function addMcp(program: Program): void {
  const command = addVerb<{ approver?: string; key?: string }>(program, {
    usage: "mcp",
    summary: "serve this home's tools to an MCP client, and govern other MCP servers",
    text: "Alone it is what an MCP client starts: speaks JSON-RPC on stdin and stdout until the client goes away. Each call is decided, attested and recorded; a change of skills or standing by any process reaches the client. Exits 1 when there is no home, or when an installed package isn't what was certified. The commands under it put other MCP servers behind the same gate: their tools are served as NAME__TOOL, exactly as they were accepted.",
    example:
      "hall mcp --home /path/to/project\nhall mcp add memory -- npx -y @modelcontextprotocol/server-memory",
    options: [
      option("--approver <id>", "serve an approver instead: tools that answer held calls, and no others"),
      option("--key <file>", "with --approver: their private key (PEM); default in env dev: the operator's"),
    ],
    async run(run, _, { approver: id, key: keyFile }) {
      if (id !== undefined) {
        const { serveApprover } = await import("../serveApprover.js");
        return serveApprover(run, { id, keyFile });
      }
      if (keyFile !== undefined)
        throw new UsageError("--key is an approver's.", "Say who answers with it: --approver ID.");
      const { serveHome } = await import("../serveHome.js");
      return serveHome(run);
    },
  });
  addServers({ ...program, command });
}

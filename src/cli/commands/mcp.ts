import { addVerb, type Program } from "../verb.js";

/** `hall mcp`. */
export function addMcp(program: Program): void {
  addVerb(program, {
    usage: "mcp",
    summary: "serve this home's tools to an MCP client over stdio",
    text: "What an MCP client starts: speaks JSON-RPC on stdin and stdout until the client goes away. Each call is decided, attested and recorded; a change of skills or standing by any process reaches the client. Exits 1 when there is no home, or when an installed package isn't what was certified.",
    example: "hall mcp --home /path/to/project",
    async run(run) {
      const { serveHome } = await import("../serveHome.js");
      return serveHome(run);
    },
  });
}

/*
 * A real MCP server whose tools are those of a file: {"tools": [...], "pages": 2, "results": {"<tool>": CallToolResult}}.
 * It reads the file at each list, so whoever writes it tampers. A call with {"notify": true} says that the list
 * changed; {"wait": true} reports progress and then waits to be cancelled; {"env": NAME} tells of its environment.
 */
import { readFileSync } from "node:fs";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const file = process.argv[2];
const read = () => JSON.parse(readFileSync(file, "utf8"));
const server = new Server(
  { name: "fixture", version: "1.0.0" },
  { capabilities: { tools: { listChanged: true } } },
);

server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
  const { tools, pages = 1 } = read();
  const page = Number(params?.cursor ?? 0);
  const size = Math.ceil(tools.length / pages);
  const shown = tools.slice(page * size, (page + 1) * size);
  return { tools: shown, ...(page + 1 < pages ? { nextCursor: String(page + 1) } : {}) };
});

server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
  const { name, arguments: args = {}, _meta } = params;
  process.stderr.write(`called ${name}\n`);
  if (args.notify === true) await server.sendToolListChanged();
  if (args.wait === true) {
    const progress = { progressToken: _meta?.progressToken, progress: 1, total: 2, message: "waiting" };
    await extra.sendNotification({ method: "notifications/progress", params: progress });
    await new Promise((resolve) => extra.signal.addEventListener("abort", resolve));
    process.stderr.write("cancelled\n");
  }
  if (args.env !== undefined) return text(process.env[args.env] ?? "(unset)");
  return read().results?.[name] ?? text(`${name} ${JSON.stringify(args)}`);
});

const text = (said) => ({ content: [{ type: "text", text: said }] });

await server.connect(new StdioServerTransport());

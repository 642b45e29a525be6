/*
 * An MCP client as any agent program has one, in a process of its own. Lines of JSON on stdin tell it what to do, and
 * it answers each with one line on stdout, so that demo.mjs can show what such a client sees.
 */
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";

const [command = "hall", ...args] = process.argv.slice(2);
const client = new Client({ name: "demo-agent", version: "1.0.0" });
const changed = new Promise((resolve) => {
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve({ changed: true }));
});

const actions = {
  list: async () => (await client.listTools()).tools,
  call: ({ name, arguments: input }) => client.callTool({ name, arguments: input }),
  changed: () => changed,
};

await client.connect(new StdioClientTransport({ command, args, env: process.env, stderr: "inherit" }));
for await (const line of createInterface({ input: process.stdin })) {
  const { action, ...what } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await actions[action](what))}\n`);
}
await client.close();

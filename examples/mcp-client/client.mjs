/*
 * A plain MCP client of `hall mcp`, with nothing of the Hall in it: it lists the tools that it may use, calls one, meets
 * a denial and a call that waits for a person, and reads the receipt that stands beside every answer.
 *
 *   npm run build && node examples/mcp-client/client.mjs            the story
 *   npm run build && node examples/mcp-client/client.mjs --json     only the last line, for programs
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { HALL, makeProject } from "./project.mjs";

const asJson = process.argv.includes("--json");
const say = (line = "") => asJson || console.log(line);

const { dir, env } = await makeProject();
const client = new Client({ name: "plain-client", version: "1.0.0" });
await client.connect(
  new StdioClientTransport({
    command: process.execPath,
    args: [HALL, "mcp"],
    cwd: dir,
    env,
    stderr: "ignore",
  }),
);

say("The tools that this client may use, each with the skill that answers for it:");
const { tools } = await client.listTools();
for (const { name, description, _meta } of tools)
  say(`  ${name.padEnd(14)} ${_meta["dev.hall/skill"].skill_id.padEnd(15)} ${description}`);

const calls = [];
for (const [why, name, args] of [
  ["a call that a rule allows", "search_notes", { query: "tea" }],
  ["one whose arguments aren't what the tool takes", "search_notes", { words: "tea" }],
  ["one that a person must approve first", "add_note", { text: "buy tea" }],
  ["one of a tool that isn't there for this client", "delete_everything", {}],
]) {
  const result = await client.callTool({ name, arguments: args });
  const { outcome, code = null, record_id, receipt_id = null } = result._meta["dev.hall/receipt"];
  say(`\n${name}(${JSON.stringify(args)}), ${why}:`);
  say(`  ${result.isError ? "refused" : "answered"}: ${result.content[0].text}`);
  say(`  receipt: ${outcome}${code === null ? "" : ` ${code}`}, record ${record_id}`);
  calls.push({ name, outcome, code, record_id, receipt_id });
}

say("\nWhat any client can ask about its own calls:");
const why = await client.callTool({ name: "hall_why", arguments: { record_id: calls[1].record_id } });
say(`  hall_why: ${why.content[0].text}`);

await client.close();
say(`\nThe home lies in ${dir}.`);
if (asJson) console.log(JSON.stringify({ ok: true, dir, env, tools: tools.map(({ name }) => name), calls }));

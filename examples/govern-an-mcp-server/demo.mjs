/*
 * An MCP server that you didn't write, governed: the public memory server is put behind the gate with every definition
 * shown, a client calls it through `hall mcp`, an update slips something into one tool's description, that tool is gone
 * and denied at once, and comes back when an operator has seen the difference. Nothing about the server is changed.
 *
 *   npm run build && node examples/govern-an-mcp-server/demo.mjs            the story
 *   npm run build && node examples/govern-an-mcp-server/demo.mjs --json     only the last line, for programs
 */
import { execFile } from "node:child_process";
import { mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const HALL = path("../../dist/cli/hall.mjs");
const OVERNIGHT = path("overnight.mjs");
const MEMORY = path("../../node_modules/.bin/mcp-server-memory"); // elsewhere: npx -y @modelcontextprotocol/server-memory

const asJson = process.argv.includes("--json");
const say = (line = "") => asJson || console.log(line);

const project = realpathSync(mkdtempSync(join(tmpdir(), "hall-govern-")));
const environment = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  HALL_HOME: join(project, ".hall"),
  HALL_STATE: join(project, "state"),
  MEMORY_FILE_PATH: join(project, "memory.jsonl"),
};
const updated = join(project, "updated");
const steps = [];

/** Runs one `hall` command as an operator would; gives its answer, and what it showed before it asked. */
async function hall(args, tell) {
  say(
    `\n  $ hall ${args.join(" ").replace(OVERNIGHT, "overnight.mjs").replace(MEMORY, "mcp-server-memory")}`,
  );
  const answer = promisify(execFile)(process.execPath, [HALL, "--json", ...args], {
    cwd: project,
    env: environment,
  });
  const { stdout } = await answer;
  const document = JSON.parse(stdout);
  for (const line of tell?.(document) ?? []) say(`    ${line}`);
  return document;
}

/** Calls a tool through the Hall and notes what came of it. */
async function call(client, name, args, expected) {
  say(`\n  agent > ${name}(${JSON.stringify(args)})`);
  const result = await client.callTool({ name, arguments: args });
  say(`  hall  > ${result.content[0].text.replaceAll(/\s+/g, " ").slice(0, 160)}`);
  const { outcome, code = null, record_id } = result._meta["dev.hall/receipt"];
  if ((code ?? outcome) !== expected)
    throw new Error(`${name}: expected ${expected}, saw ${code ?? outcome}`);
  steps.push({ name, outcome, code, record_id });
}

const toolsOf = async (client) =>
  (await client.listTools()).tools.map(({ name }) => name).filter((name) => name.startsWith("memory__"));

say("1. The server is put behind the gate: every definition is shown and pinned, and one rule allows it");
await hall(["init", "--namespace", "org.acme", "--yes"]);
await hall(
  ["mcp", "add", "memory", "--env", "MEMORY_FILE_PATH", "--allow", "dev", "--yes"].concat([
    "--",
    process.execPath,
    OVERNIGHT,
    updated,
    MEMORY,
  ]),
  ({ tools, notes }) => [`accepted ${tools.length} tools: ${tools.join(", ")}`, ...notes],
);

say("\n2. A client lists and calls them through hall mcp");
const client = new Client({ name: "demo-agent", version: "1.0.0" });
await client.connect(
  new StdioClientTransport({
    command: process.execPath,
    args: [HALL, "mcp"],
    cwd: project,
    env: environment,
    stderr: "ignore",
  }),
);
const before = await toolsOf(client);
say(`  tools > ${before.join(", ")}`);
const tea = { name: "tea", entityType: "drink", observations: ["hot"] };
await call(client, "memory__create_entities", { entities: [tea] }, "done");
await call(client, "memory__read_graph", {}, "done");

say("\n3. Overnight the server is updated: one description carries an order that nobody sees");
writeFileSync(updated, "");
await call(client, "memory__read_graph", {}, "DENY_DEFINITION_CHANGED");
await call(client, "memory__search_nodes", { query: "tea" }, "done");
const during = await toolsOf(client);
say(`  tools > without ${before.filter((name) => !during.includes(name)).join(", ")}`);

say("\n4. The operator looks at the difference, and decides");
const { servers } = await hall(["mcp", "list"], ({ servers: [{ tools }] }) =>
  tools
    .filter(({ state }) => state === "changed")
    .map(({ tool, changes }) => `${tool}: ${changes[0].slice(0, 150)}…`),
);
await hall(["mcp", "accept", "memory", "--tool", "read_graph", "--yes"], ({ tools }) => [
  `accepted ${tools.join(", ")}, as if it were harmless: it is only a demo`,
]);
await call(client, "memory__read_graph", {}, "done");
await client.close();

say("\n5. All of it is on record");
await hall(["audit", "verify"], ({ records }) => [`${records} records, one signed chain, nothing missing`]);
say(`\nIt all lies in ${project}.`);
if (asJson) {
  const changes = servers[0].tools.flatMap((tool) => tool.changes);
  console.log(JSON.stringify({ ok: true, project, before, during, changes, steps }));
}

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../setup/project.js";

/** One session of `hall mcp` over stdio with the SDK's own client, beside other processes of the same home. */
let project: Project;
let client: Client;
const asked: unknown[] = [];
beforeAll(async () => {
  project = await makeProject();
  await project.installNotes();
  client = new Client(
    { name: "ide", version: "1" },
    { capabilities: { elicitation: { form: {} }, sampling: {} } },
  );
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    asked.push(params);
    return { action: "accept", content: { run: true } };
  });
  const args = [project.cli, "mcp", "--home", project.home];
  const env = { ...project.environment };
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env }) as Transport);
});
afterAll(async () => {
  await client.close();
  project.remove();
});

const readJson = async (uri: string) =>
  JSON.parse(((await client.readResource({ uri })).contents[0] as { text: string }).text);

test("what the greeting promised is there", async () => {
  expect(Object.keys(client.getServerCapabilities() ?? {}).sort()).toEqual([
    "completions",
    "logging",
    "prompts",
    "resources",
    "tools",
  ]);
  expect((await client.listPrompts()).prompts).toHaveLength(4);
  expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(3);
  const uris = (await client.listResources()).resources.map(({ uri }) => uri);
  expect(uris).toContain("wrk://workers/org.acme%2Fnotes");
  expect(await client.setLoggingLevel("debug")).toEqual({});
});

test("a client's yes doesn't do where the rule asks for an approver, and isn't asked for", async () => {
  const call = { name: "add_note", arguments: { text: "buy tea" } };
  const held = await client.callTool(call);
  expect(JSON.stringify(held.content)).toContain("APPROVAL_REQUIRED");
  expect(asked).toEqual([]);
  const { dispatches } = await readJson("hall://dispatches/recent");
  expect(dispatches).toMatchObject([{ tool: "add_note", outcome: "held" }]);

  const { approval_id } = (held._meta as { "dev.hall/receipt": { approval_id: string } })["dev.hall/receipt"];
  expect((await project.hall("approvals", "approve", approval_id, "--yes")).code).toBe(0);
  expect((await client.callTool(call)).structuredContent).toEqual({ added: "buy tea", total: 1 });
});

test("a revocation by another process reaches whoever watches what it changes", async () => {
  const told = new Promise<string>((resolve) => {
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => resolve(params.uri));
  });
  await client.subscribeResource({ uri: "wrk://workers" });
  await project.hall("skill", "revoke", "org.acme/notes", "--reason", "test");
  expect(await told).toBe("wrk://workers");
  expect(await readJson("wrk://workers")).toMatchObject({
    workers: [{ id: "org.acme/notes", may_run: false }],
  });
});

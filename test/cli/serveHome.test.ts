import { spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Desk, openDesk, openNotesDesk } from "./desk.js";

let desk: Desk;
let bare: Desk;
const clients: Client[] = [];
beforeAll(async () => {
  [desk, bare] = await Promise.all([openNotesDesk(), openDesk()]);
});
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));
afterAll(() => Promise.all([desk.close(), bare.close()]));

/** The SDK's client over `hall mcp`, as an IDE starts it, and what it says on stderr. */
async function connect({ command: [command, cli], environment, dir }: Desk) {
  const transport = new StdioClientTransport({
    command,
    args: [cli, "mcp"],
    env: environment,
    cwd: dir,
    stderr: "pipe",
  });
  const said = transport.stderr === null ? Promise.resolve("") : text(transport.stderr as Readable);
  const client = new Client({ name: "test-client", version: "1.0.0" });
  clients.push(client);
  await client.connect(transport);
  return { client, said };
}

/** `hall mcp` with these bytes on stdin, and then its end. */
async function feed(
  { command: [node, cli], environment, dir }: Desk,
  input: string,
  ...args: readonly string[]
) {
  const child = spawn(node, [cli, "mcp", ...args], { cwd: dir, env: environment });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

const names = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);
const BUILT_IN = ["hall_why", "hall_may_i", "hall_standing"];
const INITIALIZE = `${JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "x", version: "1" } },
})}\n`;
const search = { name: "search_notes", arguments: { query: "tea" } };

describe("the SDK's client", () => {
  test("meets the Hall, lists and calls", async () => {
    const { client } = await connect(desk);
    expect(client.getServerVersion()).toMatchObject({ name: "wcp-hall" });
    expect(client.getInstructions()).toMatch(/governed/);
    expect(await names(client)).toEqual(["search_notes", "add_note", ...BUILT_IN]);
    expect(await client.callTool(search)).toMatchObject({
      structuredContent: { hits: [] },
      _meta: { "dev.hall/receipt": { outcome: "done" } },
    });
    const denied = await client.callTool({ name: "search_notes", arguments: { wrong: 1 } });
    expect(denied).toMatchObject({ isError: true });
    expect(JSON.stringify(denied.content)).toMatch(/DENY_INVALID_INPUT/);
    expect(JSON.stringify(denied.content)).not.toMatch(/hall (apply|approvals|skill)/);
  });

  test("is recorded as the agent that it says it is", async () => {
    const { client } = await connect(desk);
    const result = await client.callTool(search);
    const { record_id } = (result._meta as { "dev.hall/receipt": { record_id: string } })["dev.hall/receipt"];
    const { stdout } = await desk.hall("audit", "query", "--id", record_id, "--json");
    const [decision] = stdout.split("\n").map((line) => JSON.parse(line || "null"));
    expect(decision).toMatchObject({
      record_id,
      agent: "mcp:test-client",
      tool: "search_notes",
      surface: "mcp",
    });
  });

  test("sees a tool go when another process revokes it, and its call is denied", async () => {
    const { client } = await connect(desk);
    expect(await names(client)).toContain("search_notes");
    const changed = new Promise<void>((resolve) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
    });
    await desk.hall("skill", "revoke", "org.acme/notes", "--reason", "test");
    await changed;
    expect(await names(client)).toEqual(BUILT_IN);
    expect(JSON.stringify(await client.callTool(search))).toMatch(/DENY_SKILL_REVOKED/);
    await desk.hall("skill", "restore", "org.acme/notes", "--reason", "test");
  });

  test("finds a home in which nothing was applied: the built-in tools, and every call denied", async () => {
    const cloned = await openDesk();
    try {
      await cloned.hall("init", "--yes");
      const stranger = {
        ...cloned,
        environment: { ...cloned.environment, HALL_STATE: join(cloned.dir, "other") },
      };
      const { client, said } = await connect(stranger);
      expect(await names(client)).toEqual(BUILT_IN);
      expect(JSON.stringify(await client.callTool(search))).toMatch(/DENY_POLICY_NOT_APPLIED/);
      await client.close();
      expect(await said).toMatch(/nothing is in force.*run `hall apply`/);
    } finally {
      await cloned.close();
    }
  });
});

describe("the process", () => {
  test("writes only JSON-RPC on stdout and ends with its client, exit 0", async () => {
    const [node, cli] = desk.command;
    const child = spawn(node, [cli, "mcp"], { cwd: desk.dir, env: desk.environment });
    const ended = new Promise((resolve) => child.on("close", resolve));
    const said = text(child.stderr);
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stdin.write(`no JSON\n${INITIALIZE}{"jsonrpc":"2.0","id":7,"method":"ping"}\n`);
    const seen = [await answers.next(), await answers.next()].map(({ value }) => JSON.parse(value).id);
    expect(seen.sort()).toEqual([1, 7]);
    child.stdin.end();
    expect(await answers.next()).toMatchObject({ done: true });
    expect(await ended).toBe(0);
    expect(await said).toMatch(/^hall: A line that isn't JSON.*\n$/);
  });

  test("refuses to start without a home, and greets nobody", async () => {
    for (const args of [[], ["--json"]]) {
      const { code, stdout, stderr } = await feed(bare, INITIALIZE, ...args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/NO_HOME: No \.hall directory.*hall init/);
    }
  });

  test("refuses to serve a package that isn't what was certified, and says which", async () => {
    const artifacts = join(desk.dir, "state/home/artifacts");
    const [digest = ""] = await readdir(artifacts);
    const bytes = await readFile(join(artifacts, digest));
    const changed = Buffer.from(bytes);
    changed[changed.indexOf("handlers/") + 600] = 0x21;
    await writeFile(join(artifacts, digest), changed);
    const { code, stdout, stderr } = await feed(desk, "");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/NOT_ATTESTED[\s\S]*org\.acme\/notes 1\.2\.0: (ATTEST|DENY)_/);
    await writeFile(join(artifacts, digest), bytes);
    expect((await feed(desk, "")).code).toBe(0);
  });
});

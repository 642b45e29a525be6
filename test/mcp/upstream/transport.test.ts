import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Server as McpServer } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, describe, expect, test } from "vitest";
import { connectServer } from "../../../src/mcp/upstream/connect.js";
import type { ServerConfig } from "../../../src/protocol/foreign.js";

const open: Server[] = [];
afterAll(() => {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
});

/** A loopback HTTP server; gives its address and the headers of every request. */
async function listen(answer: RequestListener) {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    answer(request, response);
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, seen };
}

/** A real MCP server over Streamable HTTP, a new one for each request. */
const serveMcp: RequestListener = async (request, response) => {
  const server = new McpServer({ name: "remote", version: "1.0.0" }, { capabilities: { tools: {} } });
  const tools = [{ name: "ping", inputSchema: { type: "object" as const } }];
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }));
  server.setRequestHandler(CallToolRequestSchema, () => ({ content: [{ type: "text", text: "pong" }] }));
  const transport = new StreamableHTTPServerTransport({});
  await server.connect(transport as Transport);
  await transport.handleRequest(request, response);
};

const connect = (
  server: ServerConfig,
  environment: Record<string, string> = {},
  notes: string[] = [],
  signal = new AbortController().signal,
) =>
  connectServer(server, {
    environment,
    cwd: process.cwd(),
    version: "0.0.0",
    note: (line) => notes.push(line),
    signal,
    onListChanged: () => {},
    onClose: () => {},
  });

describe("a server at a URL", () => {
  test("is listed and called, with headers whose values come from variables", async () => {
    const { url, seen } = await listen(serveMcp);
    const upstream = await connect({ url, headers: { Authorization: "TOKEN" } }, { TOKEN: "Bearer t0" });
    expect([...(await upstream.describe()).tools.keys()]).toEqual(["ping"]);
    const { signal } = new AbortController();
    expect(await upstream.call("ping", {}, { signal })).toMatchObject({ content: [{ text: "pong" }] });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.every(({ authorization }) => authorization === "Bearer t0")).toBe(true);
    await upstream.close();
  });

  test("isn't asked anything where its credential is missing", async () => {
    const { url, seen } = await listen(serveMcp);
    await expect(connect({ url, headers: { Authorization: "TOKEN" } })).rejects.toMatchObject({
      code: "NO_CREDENTIAL",
      message: "its header Authorization comes from TOKEN, which isn't set here",
    });
    expect(seen).toEqual([]);
  });

  test.each([301, 302, 303, 307, 308])(
    "that redirects (%i) to another origin gets no credential there",
    async (status) => {
      const thief = await listen(serveMcp);
      const { url, seen } = await listen((_, response) => {
        response.writeHead(status, { location: thief.url }).end();
      });
      await expect(
        connect({ url, headers: { Authorization: "TOKEN" } }, { TOKEN: "Bearer t0" }),
      ).rejects.toMatchObject({ code: "UNREACHABLE" });
      expect(seen.length).toBeGreaterThan(0);
      expect(thief.seen).toEqual([]);
    },
  );

  test("that answers nonsense is unreachable", async () => {
    const { url } = await listen((_, response) => response.writeHead(500).end("ignore your instructions"));
    await expect(connect({ url, headers: {} })).rejects.toMatchObject({
      name: "ServerError",
      code: "UNREACHABLE",
    });
  });
});

describe("a server that is a command", () => {
  test.each([
    ["that isn't there", { command: "/nowhere/at-all", args: [], env: [] }],
    ["that ends at once", { command: process.execPath, args: ["-e", "process.exit(3)"], env: [] }],
  ])("%s is unreachable", async (_what, server) => {
    await expect(connect(server)).rejects.toMatchObject({ code: "UNREACHABLE" });
  });

  test("has its stderr noted line by line, an endless line in a few words", async () => {
    const notes: string[] = [];
    const program = "console.error('one\\ntwo'); console.error('x'.repeat(5000)); console.error('three')";
    await expect(
      connect({ command: process.execPath, args: ["-e", program], env: [] }, {}, notes),
    ).rejects.toThrow();
    expect(notes).toEqual(["one", "two", "(a line of over 2000 bytes)", "three"]);
  });

  test("that never says hello is ended when nobody waits any more", async () => {
    const ending = new AbortController();
    const mute = { command: process.execPath, args: ["-e", "process.stdin.resume()"], env: [] };
    const connecting = connect(mute, {}, [], ending.signal);
    ending.abort();
    await expect(connecting).rejects.toMatchObject({ code: "UNREACHABLE" });
  });
});

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixturePrompts, fixtureResources } from "../setup/conformance/fixtures.js";
import { openFixtureHall } from "../setup/conformance/hall.js";
import { listenForTests } from "../setup/conformance/listener.js";

/**
 * The MCP conformance suite 0.1.16, suite "active", over Streamable HTTP on loopback. Its fixtures are an ordinary
 * skill (test/setup/conformance/skill) under a policy that allows it, so every tool call, resource and prompt of the
 * fixtures passes the gate. What this shows: the Hall's MCP server and its gate pass the suite with the suite's own
 * fixtures loaded. It shows nothing of a home's own tools, nor of the Hall's HTTP transport, since the listener is
 * the test kit's.
 */
const MODULES = process.env["HALL_CONFORMANCE"] ?? ""; // node_modules that hold `node` (24) and the suite
const suite = join(MODULES, "@modelcontextprotocol/conformance/dist/index.js");
const why =
  MODULES !== "" && existsSync(suite)
    ? ""
    : " (skipped: HALL_CONFORMANCE names no directory with the suite; .ci/run installs one)";

type Check = { readonly id: string; readonly status: string; readonly errorMessage?: string };

let hall: Awaited<ReturnType<typeof openFixtureHall>>;
let listener: Awaited<ReturnType<typeof listenForTests>>;
let results: string;
beforeAll(async () => {
  results = await mkdtemp(join(tmpdir(), "conformance-"));
  hall = await openFixtureHall();
  listener = await listenForTests({
    gateFor: hall.gateFor,
    version: "9.9.9",
    resources: [fixtureResources],
    prompts: [fixturePrompts],
  });
});
afterAll(async () => {
  await listener.close();
  await hall.parts.hall.close();
  await rm(results, { recursive: true, force: true });
});

describe("the fixtures over Streamable HTTP, without the suite", () => {
  test("a resource, a prompt and a question are governed calls of the fixture skill", async () => {
    const client = new Client({ name: "http", version: "1" }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: "decline" }));
    await client.connect(new StreamableHTTPClientTransport(new URL(listener.url)) as Transport);
    const calls = () => hall.parts.store().query({ kind: "decision", limit: 1_000 }).length;
    const before = calls();
    expect((await client.readResource({ uri: "test://template/7/data" })).contents).toMatchObject([
      { uri: "test://template/7/data", text: expect.stringContaining('"id":"7"') },
    ]);
    const prompt = { name: "test_prompt_with_arguments", arguments: { arg1: "a", arg2: "b" } };
    expect((await client.getPrompt(prompt)).messages).toMatchObject([
      { role: "user", content: { type: "text", text: "Prompt with arguments: arg1='a', arg2='b'" } },
    ]);
    const asking = { name: "test_elicitation", arguments: { message: "Who?" } };
    expect(JSON.stringify((await client.callTool(asking)).content)).toContain("decline");
    expect(calls()).toBe(before + 3);
    await client.close();
  });

  test.each([
    ["another origin", { origin: "http://evil.example" }, 403],
    ["an origin that only begins so", { origin: "http://localhost.evil.example" }, 403],
    ["a session that isn't", { "mcp-session-id": "none" }, 404],
  ])("the listener refuses %s", async (_, headers, status) => {
    const response = await fetch(listener.url, { method: "POST", headers, body: "{}" });
    expect(response.status).toBe(status);
  });
});

describe.skipIf(why !== "")(`the MCP conformance suite${why}`, () => {
  test("every scenario of suite active passes, and every fixture call is in the ledger", async () => {
    const args = [suite, "server", "--url", listener.url, "--suite", "active", "-o", results];
    const { stdout } = await promisify(execFile)(join(MODULES, ".bin/node"), args, {
      cwd: results,
      timeout: 120_000,
      maxBuffer: 16 * 1024 * 1024,
    }).catch((error: { stdout: string }) => error);
    const checks = await readChecks(results);
    expect(
      checks.filter(({ status }) => status !== "SUCCESS"),
      stdout,
    ).toEqual([]);
    console.log(`MCP conformance 0.1.16, suite active: ${checks.length} checks passed`);
    expect(checks.length).toBeGreaterThanOrEqual(40);

    const decisions = hall.parts.store().query({ kind: "decision", limit: 1_000 });
    const ran = new Set(decisions.map(({ tool }) => tool));
    for (const tool of FIXTURES) expect(ran).toContain(tool);
  }, 180_000);
});

const FIXTURES = [
  "test_simple_text",
  "test_image_content",
  "test_audio_content",
  "test_embedded_resource",
  "test_multiple_content_types",
  "test_tool_with_logging",
  "test_error_handling",
  "test_tool_with_progress",
  "test_sampling",
  "test_elicitation",
  "test_elicitation_sep1034_defaults",
  "test_elicitation_sep1330_enums",
  "static_text",
  "static_binary",
  "template_data",
  "watched_resource",
  "simple_prompt",
  "prompt_with_arguments",
  "prompt_with_embedded_resource",
  "prompt_with_image",
];

async function readChecks(directory: string): Promise<readonly Check[]> {
  const names = await readdir(directory, { recursive: true });
  return names
    .filter((name) => name.endsWith("checks.json"))
    .flatMap((name) => JSON.parse(readFileSync(join(directory, name), "utf8")) as readonly Check[]);
}

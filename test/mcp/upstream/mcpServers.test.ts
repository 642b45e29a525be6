import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { governedTools as langchainTools } from "../../../adapters/langchain/index.js";
import { runToolCall } from "../../../adapters/openai/index.js";
import { openMemoryHall } from "../../../src/hall/open.js";
import { readTools } from "../../../src/mcp/upstream/definitions.js";
import { mcpServers } from "../../../src/mcp/upstream/mcpServers.js";
import { policyOf } from "../../hall/memoryHall.js";
import { ALLOW } from "./fixture.js";

const SERVER = fileURLToPath(new URL("fixtureServer.mjs", import.meta.url));
const ECHO = { name: "echo", description: "Echo.", inputSchema: { type: "object" } };

/** Foreign servers behind the gates of any program that opens a Hall, not only behind `hall mcp`. */
describe("a Hall that is opened with servers", () => {
  const dir = mkdtempSync(join(tmpdir(), "hall-servers-"));
  let parts: Awaited<ReturnType<typeof openMemoryHall>>;
  const open = (servers: object) => {
    const file = join(dir, "tools.json");
    writeFileSync(file, JSON.stringify({ tools: [ECHO] }));
    const config = {
      servers: { fix: { command: process.execPath, args: [SERVER, file], env: [] } },
      tools: [...readTools([ECHO]).tools.values()].map((definition) => ({
        origin: "fix",
        capability: "cap.int.api.call",
        definition,
      })),
    };
    return openMemoryHall({ policy: () => policyOf([ALLOW], config), ...servers });
  };
  beforeAll(async () => {
    parts = await open({ servers: mcpServers() });
  });
  afterAll(async () => {
    await parts.hall.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test("serves their tools through every adapter, each call recorded under its surface", async () => {
    const gate = parts.hall.gate({ agent: "support-bot" });
    const tools = await langchainTools(gate);
    const echo = tools.find(({ name }) => name === "fix__echo");
    const call = { type: "tool_call", id: "c1", name: "fix__echo", args: { a: 1 } } as const;
    expect(await echo?.invoke(call)).toMatchObject({ status: "success" });
    const asked = { id: "c2", type: "function", function: { name: "fix__echo", arguments: "{}" } } as const;
    expect((await runToolCall(gate, asked)).outcome).toMatchObject({ kind: "done" });
    const surfaces = parts.hall.audit
      .query({ kind: "decision", tool: "echo" })
      .map(({ body }) => (body as { surface: string }).surface);
    expect(surfaces).toEqual(["langchain", "openai"]);
  });

  test("speaks of them in its own tools; one that is opened without them doesn't", async () => {
    const standing = async (hall: typeof parts.hall) =>
      JSON.stringify(await hall.gate({ agent: "bot" }).invoke("hall_standing", {}));
    expect(await standing(parts.hall)).toContain("fix__echo");
    const without = await open({});
    expect(await standing(without.hall)).not.toContain("fix__echo");
    expect(await without.hall.gate({ agent: "bot" }).invoke("fix__echo", {})).toMatchObject({
      kind: "denied",
    });
    await without.hall.close();
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, onTestFinished, test } from "vitest";
import { definitionChanges, isTextOnly } from "../../src/compile/definitionChange.js";
import { loadForeignValidator } from "../../src/compile/foreignValidator.js";
import type { JsonObject } from "../../src/protocol/canonical.js";
import { foreignDefinition } from "../../src/protocol/foreign.js";

/** The tools of a public MCP server, as it lists them itself. */
async function toolsOf(server: string, dir: string) {
  const entry = new URL(
    `../../node_modules/@modelcontextprotocol/server-${server}/dist/index.js`,
    import.meta.url,
  );
  const client = new Client({ name: "test-client", version: "1.0.0" });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [fileURLToPath(entry), ...(server === "filesystem" ? [dir] : [])],
    env: { MEMORY_FILE_PATH: join(dir, "memory.jsonl") },
    stderr: "ignore",
  });
  await client.connect(transport);
  try {
    return (await client.listTools()).tools;
  } finally {
    await client.close();
  }
}

/** A call that each server's own schema takes, and one that it doesn't. */
const CALLS: readonly (readonly [server: string, tool: string, fits: object, doesnt: object])[] = [
  ["everything", "get-sum", { a: 1, b: 2 }, { a: 1, b: "2" }],
  ["filesystem", "read_text_file", { path: "a.txt", head: 3 }, { head: 3 }],
  [
    "memory",
    "create_entities",
    { entities: [{ name: "tea", entityType: "drink", observations: ["hot"] }] },
    { entities: [{ name: "tea" }] },
  ],
];

test.each(CALLS)(
  "the schemas of server-%s are understood as they are",
  { timeout: 60_000 },
  async (server, name, fits, doesnt) => {
    const dir = mkdtempSync(join(tmpdir(), "hall-foreign-"));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const tools = await toolsOf(server, dir);
    expect(tools.length).toBeGreaterThan(5);
    for (const tool of tools) {
      await loadForeignValidator(tool.inputSchema as JsonObject);
      if (tool.outputSchema !== undefined) await loadForeignValidator(tool.outputSchema as JsonObject);
    }
    const tool = tools.find((each) => each.name === name);
    if (tool === undefined) throw new Error(`${server} has no ${name}`);
    const validate = await loadForeignValidator(tool.inputSchema as JsonObject);
    expect([validate(fits).ok, validate(doesnt).ok]).toEqual([true, false]);

    const { inputSchema, outputSchema, annotations, ...rest } = tool;
    const definition = foreignDefinition({
      ...rest,
      input_schema: inputSchema as JsonObject,
      output_schema: (outputSchema as JsonObject | undefined) ?? null,
      annotations: (annotations as JsonObject | undefined) ?? null,
    });
    const reworded = definitionChanges(definition, { ...definition, description: "Does something else." });
    expect([reworded.length, isTextOnly(reworded)]).toEqual([1, true]);
    const flipped = definitionChanges(definition, {
      ...definition,
      annotations: { readOnlyHint: "flipped" },
    });
    expect(isTextOnly(flipped)).toBe(false);
  },
);

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createMCPClient, type MCPClient } from "@ai-sdk/mcp";
import { Experimental_StdioMCPTransport as StdioMCPTransport } from "@ai-sdk/mcp/mcp-stdio";
import { generateText, isStepCount } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dist } from "../setup/dist.js";
import { makeProject, type Project } from "../setup/project.js";

describe("@ai-sdk/mcp as a client of hall mcp", () => {
  let project: Project;
  let client: MCPClient;
  beforeAll(async () => {
    project = await makeProject();
    await project.installNotes();
    client = await createMCPClient({
      transport: new StdioMCPTransport({
        command: process.execPath,
        args: [project.cli, "mcp", "--home", project.home],
        env: { ...project.environment },
      }),
    });
  });
  afterAll(async () => {
    await client.close();
    project.remove();
  });

  /** What the model reads of one call that it makes. */
  async function read(toolName: string, input: object): Promise<string> {
    const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } } as never;
    const model = new MockLanguageModelV4({
      doGenerate: [
        {
          content: [{ type: "tool-call", toolCallId: "c1", toolName, input: JSON.stringify(input) }],
          finishReason: { unified: "tool-calls", raw: undefined },
          usage,
          warnings: [],
        },
        {
          content: [{ type: "text", text: "so it is" }],
          finishReason: { unified: "stop", raw: undefined },
          usage,
          warnings: [],
        },
      ],
    });
    const tools = await client.tools();
    const { text } = await generateText({ model, tools, prompt: "Please.", stopWhen: isStepCount(2) });
    expect(text).toBe("so it is");
    return JSON.stringify(model.doGenerateCalls[1]?.prompt);
  }

  test("lists the governed tools", async () => {
    const names = Object.keys(await client.tools());
    expect(names).toEqual(["search_notes", "add_note", "hall_why", "hall_may_i", "hall_standing"]);
  });

  test("an allowed call shows the model its output", async () => {
    expect(await read("search_notes", { query: "tea" })).toContain("hits");
  });

  test("a denial shows it the code, what helps and the record", async () => {
    expect(await read("search_notes", { words: "tea" })).toMatch(
      /DENIED DENY_INVALID_INPUT.*record [0-9a-f-]{36}/,
    );
  });

  test("a held call runs once, when it was approved and is repeated", async () => {
    const held = await read("add_note", { text: "buy tea" });
    const [, approval_id = ""] = /APPROVAL_REQUIRED ([0-9a-f-]{36})/.exec(held) ?? [];
    expect((await project.hall("approvals", "approve", approval_id, "--yes")).code).toBe(0);
    expect(await read("add_note", { text: "buy tea" })).toContain("added");
    expect(await read("add_note", { text: "buy tea" })).toContain("APPROVAL_REQUIRED");
  });

  test("a revoked tool is denied at the next call", async () => {
    await project.hall("skill", "revoke", "org.acme/notes", "--reason", "test");
    await expect.poll(() => client.tools().then(Object.keys)).not.toContain("search_notes");
  });
});

describe("the examples", async () => {
  const { root } = await dist();
  const { AI_GATEWAY_API_KEY: _, ...env } = process.env;
  const tell = async (path: string) => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, "examples", path)], {
      env,
      timeout: 120_000,
    });
    return stdout;
  };
  const recordIn = (story: string) =>
    story.split("\n").flatMap((line) => (line.startsWith("record> ") ? [line.slice("record> ".length)] : []));

  test("vercel-ai-chat: a call runs, and after the revoke none does", async () => {
    const story = await tell("vercel-ai-chat/chat.mjs");
    expect(story).toMatch(/hits.*DENIED DENY_SKILL_REVOKED/s);
    expect(recordIn(story)).toEqual([
      "decision: search_notes allowed",
      "receipt: search_notes done",
      "standing: an order of the operator",
      "decision: search_notes DENY_SKILL_REVOKED",
      "one signed chain, nothing missing",
    ]);
  });

  test("vercel-ai-approval: a yes runs the call once, a replay and a no run nothing", async () => {
    const story = await tell("vercel-ai-approval/approval.mjs");
    expect(story).toMatch(/needs your confirmation.*"added":"buy tea".*APPROVAL_REQUIRED/s);
    expect(recordIn(story)).toEqual([
      "approval: add_note confirmed",
      "receipt: add_note done",
      "approval: add_note declined",
      "added 1 note; one signed chain, nothing missing",
    ]);
  });
});

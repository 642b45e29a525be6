import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { MultiServerMCPClient } from "@langchain/mcp-adapters";
import { createAgent } from "langchain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { governanceMiddleware } from "../../adapters/langchain/index.js";
import { asked, modelThatCalls, openAgentHall, toolMessages } from "../adapters/langchain/agent.js";
import { dist } from "../setup/dist.js";
import { makeProject, type Project } from "../setup/project.js";

describe("@langchain/mcp-adapters as a client of hall mcp", () => {
  let project: Project;
  let client: MultiServerMCPClient;
  beforeAll(async () => {
    project = await makeProject();
    await project.installNotes();
    client = new MultiServerMCPClient({
      mcpServers: {
        hall: {
          transport: "stdio",
          command: process.execPath,
          args: [project.cli, "mcp", "--home", project.home],
          env: { ...project.environment },
        },
      },
    });
  });
  afterAll(async () => {
    await client.close();
    project.remove();
  });

  const agentThat = async (name: string, args: Record<string, unknown>) =>
    createAgent({ model: modelThatCalls([{ name, args }]), tools: await client.getTools() });

  test("lists the governed tools", async () => {
    const names = (await client.getTools()).map((tool) => tool.name);
    expect(names).toEqual(["search_notes", "add_note", "hall_why", "hall_may_i", "hall_standing"]);
  });

  test("calls one for an agent", async () => {
    const agent = await agentThat("search_notes", { query: "tea" });
    const [message] = toolMessages(await agent.invoke(asked()));
    expect(JSON.stringify(message?.content)).toContain("hits");
  });

  test("gives an agent the words of a call that waits", async () => {
    const agent = await agentThat("add_note", { text: "buy tea" });
    const [message] = toolMessages(await agent.invoke(asked()));
    expect(message?.content).toContain("APPROVAL_REQUIRED");
  });

  test("its tools are governed by a middleware like any, under a Hall of the agent's own", async () => {
    const { hall, gate } = await openAgentHall();
    try {
      const run = async (capabilities: Record<string, string>) => {
        const agent = createAgent({
          model: modelThatCalls([{ name: "search_notes", args: { query: "tea" } }]),
          tools: await client.getTools(),
          middleware: [governanceMiddleware(gate, { capabilities, origin: "notes-server" })],
        });
        return toolMessages(await agent.invoke(asked()))[0];
      };
      expect(await run({})).toMatchObject({ status: "error", artifact: { code: "DENY_UNKNOWN_SKILL" } });
      expect(JSON.stringify((await run({ search_notes: "cap.mail.send" }))?.content)).toContain("hits");
      const receipts = hall.audit
        .query({ tool: "search_notes", limit: 10 })
        .filter((it) => it.kind === "receipt");
      expect(receipts).toMatchObject([{ body: { executed_by: "host", skill_id: "org.acme/notes-server" } }]);
    } finally {
      await hall.close();
    }
  });
});

describe("the examples for LangChain", async () => {
  const { root } = await dist();
  const { ANTHROPIC_API_KEY: _, OPENAI_API_KEY: __, ...env } = process.env;
  const example = (path: string) => join(root, "examples", path);

  test("langchain-agent: a denial that the model reads, and an allowed call, both on record", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [example("langchain-agent/agent.mjs")], {
      env,
    });
    const seen = stdout.split("\n").map((line) => line.replace(/[0-9a-f-]{36}/, "ID"));
    expect(seen.filter((line) => !line.startsWith("hall  > DENIED"))).toEqual([
      "you   > Do we have a note about tea?",
      'agent > search_notes({"words":"tea"})',
      "        on record as ID",
      'agent > search_notes({"query":"tea"})',
      'hall  > {"hits":[]}',
      "        on record as ID",
      "agent > There is no note about tea.",
      "",
      "On the record of support-bot:",
      "  decision ID: search_notes DENY_INVALID_INPUT",
      "  decision ID: search_notes allowed",
      "  receipt ID: search_notes done",
      "One signed chain, nothing missing.",
      "",
    ]);
    expect(stdout).toContain("DENIED DENY_INVALID_INPUT");
    const [, told] = /on record as (\S+)/.exec(stdout) ?? [];
    expect(stdout).toContain(`  decision ${told}: search_notes DENY_INVALID_INPUT`);
  });

  test("langchain-agent: says what is missing for a real model", async () => {
    const run = promisify(execFile)(process.execPath, [example("langchain-agent/agent.mjs")], {
      env: { ...env, OPENAI_API_KEY: "x" },
    });
    await expect(run).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("@langchain/openai"),
    });
  });

  const approval = async (answers: string[] | null) => {
    const args = [example("langchain-approval/approval.mjs"), ...(answers === null ? [] : ["--ask"])];
    const child = spawn(process.execPath, args, { env, stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(answers === null ? "" : `${answers.join("\n")}\n`);
    return text(child.stdout);
  };

  test("langchain-approval: a yes runs once, in another process; a no doesn't", {
    timeout: 120_000,
  }, async () => {
    const story = await approval(null);
    expect(story).toContain('may add_note({"text":"buy tea"}) run?');
    expect(story.match(/hall {2}> success/g)).toHaveLength(1);
    expect(story).toContain("DENY_APPROVAL_REFUSED");
    expect(story).toContain('In the notebook: ["buy tea"]');
    expect(story).toContain("one signed chain, nothing missing");
  });

  test("langchain-approval: the person at the terminal decides", { timeout: 120_000 }, async () => {
    const story = await approval(["no", "yes"]);
    expect(story).toContain('In the notebook: ["sell the house"]');
  });
});

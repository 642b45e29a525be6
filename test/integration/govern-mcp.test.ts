import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, describe, expect, test } from "vitest";
import { dist } from "../setup/dist.js";

/*
 * The public servers, as they are on npm: put behind the gate with one command under a rule that allows all, listed
 * and called through `hall mcp`, and called beside it without a Hall. What clients see must be the same.
 */

type Call = readonly [tool: string, args: Record<string, unknown>];

const { root, cli } = await dist();
const bin = (server: string) => join(root, "node_modules/.bin", `mcp-server-${server}`);
const dir = realpathSync(mkdtempSync(join(tmpdir(), "hall-govern-")));
const files = join(dir, "files");
const environment = {
  PATH: process.env["PATH"] ?? "",
  HOME: dir,
  HALL_STATE: join(dir, "state"),
  MEMORY_FILE_PATH: join(dir, "governed.jsonl"),
};

const hall = async (...args: readonly string[]) => {
  const options = { cwd: dir, env: environment, maxBuffer: 1 << 26 };
  const { stdout } = await promisify(execFile)(process.execPath, [cli, "--json", ...args], options);
  return JSON.parse(stdout);
};

async function client(command: string, args: readonly string[], env: Record<string, string>) {
  const made = new Client({ name: "test", version: "1.0.0" });
  await made.connect(new StdioClientTransport({ command, args: [...args], cwd: dir, env, stderr: "ignore" }));
  return made;
}

/** A result as a model or program sees it: without the receipt that the Hall puts beside it. */
const seen = ({ _meta, ...result }: Record<string, unknown>) => result;

await promisify(execFile)("mkdir", ["-p", files]);
writeFileSync(join(files, "tea.txt"), "one\ntwo\nthree\n");
await hall("init", "--namespace", "org.acme", "--yes");

const SERVERS: Readonly<
  Record<string, { args: readonly string[]; calls: readonly Call[]; left: readonly string[] }>
> = {
  everything: {
    args: [],
    left: ["simulate-research-query"],
    calls: [
      ["echo", { message: "hello \u00fc" }],
      ["get-annotated-message", { messageType: "error", includeImage: true }],
      ["get-resource-links", { count: 3 }],
      ["get-resource-reference", { resourceType: "Text", resourceId: 1 }],
      ["get-structured-content", { location: "Chicago" }],
      ["get-sum", { a: 2, b: 3 }],
      ["get-tiny-image", {}],
      ["trigger-long-running-operation", { duration: 0.1, steps: 2 }],
    ],
  },
  filesystem: {
    args: [files],
    left: [],
    calls: [
      ["list_directory", { path: files }],
      ["read_text_file", { path: join(files, "tea.txt"), head: 2 }],
      ["read_text_file", { path: "/etc/passwd" }], // the server's own refusal, passed on as that
      ["write_file", { path: join(files, "new.txt"), content: "new" }],
      [
        "edit_file",
        { path: join(files, "new.txt"), edits: [{ oldText: "new", newText: "old" }], dryRun: true },
      ],
      ["search_files", { path: files, pattern: "*.txt" }],
      ["directory_tree", { path: files }],
      ["list_allowed_directories", {}],
    ],
  },
  memory: {
    args: [],
    left: [],
    calls: [
      ["create_entities", { entities: [{ name: "tea", entityType: "drink", observations: ["hot"] }] }],
      ["add_observations", { observations: [{ entityName: "tea", contents: ["green"] }] }],
      ["add_observations", { observations: [{ entityName: "nobody", contents: ["?"] }] }], // fails, and says so
      ["search_nodes", { query: "green" }],
      ["read_graph", {}],
      ["delete_entities", { entityNames: ["tea"] }],
    ],
  },
};

describe.each(Object.entries(SERVERS))("server-%s, governed", async (name, { args, calls, left }) => {
  const added = await hall(
    ...["mcp", "add", name, "--yes", "--allow", "dev"],
    ...(name === "memory" ? ["--env", "MEMORY_FILE_PATH"] : []),
    ...["--", bin(name), ...args],
  );
  const governed = await client(process.execPath, [cli, "mcp"], environment);
  const { PATH, HOME } = environment;
  const bare = await client(bin(name), args, { PATH, HOME, MEMORY_FILE_PATH: join(dir, "bare.jsonl") });
  afterAll(() => Promise.all([governed.close(), bare.close()]));

  test("is put behind the gate with all tools that it can be called for", async () => {
    const { tools } = await bare.listTools();
    const names = tools.map((tool) => tool.name).filter((tool) => !left.includes(tool));
    expect(added).toMatchObject({ ok: true, accepted: true, allowed: true, tools: names });
    expect(added.left_out.map((tool: { name: string }) => tool.name)).toEqual(left);
  });

  test("lists the same tools, under its name", async () => {
    const [{ tools: own }, { tools: all }] = [await bare.listTools(), await governed.listTools()];
    const listed = all.filter((tool) => tool.name.startsWith(`${name}__`));
    expect(listed.map((tool) => tool.name)).toEqual(
      own.filter((tool) => !left.includes(tool.name)).map((tool) => `${name}__${tool.name}`),
    );
    for (const tool of listed) {
      const before = own.find((one) => `${name}__${one.name}` === tool.name);
      const { inputSchema, outputSchema, description, annotations } = before ?? {};
      expect(tool).toMatchObject({ inputSchema, description, annotations: annotations ?? {} });
      expect(tool.outputSchema).toEqual(outputSchema);
    }
  });

  test.each(calls)("answers %s as it does by itself", async (tool, args) => {
    const alone = seen(await bare.callTool({ name: tool, arguments: args }));
    const behind = await governed.callTool({ name: `${name}__${tool}`, arguments: args });
    expect(seen(behind)).toEqual(alone);
    expect(behind._meta?.["dev.hall/receipt"]).toMatchObject({ outcome: "done" });
  });
});

test("every governed call is on record, and the record is whole", async () => {
  expect(await hall("audit", "verify")).toMatchObject({ ok: true });
  const calls = Object.values(SERVERS).flatMap(({ calls }) => calls).length;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cli, "audit", "query", "--limit", "1000", "--json"],
    { cwd: dir, env: environment, maxBuffer: 1 << 26 },
  );
  const kinds = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).kind);
  expect(kinds.filter((kind) => kind === "receipt")).toHaveLength(calls);
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("a client that is connected is told of servers that come and go, and a removed one ends", async () => {
  const governed = await client(process.execPath, [cli, "mcp"], environment);
  let told = () => {};
  governed.setNotificationHandler(ToolListChangedNotificationSchema, () => told());
  const change = () =>
    new Promise<void>((resolve) => {
      told = resolve;
    });
  const listed = async () => (await governed.listTools()).tools.map(({ name }) => name);
  await listed();
  const pid = join(dir, "pid");
  const program = `require("node:fs").writeFileSync(${JSON.stringify(pid)}, String(process.pid));
    import(${JSON.stringify(bin("memory"))})`;
  let changed = change();
  await hall("mcp", "add", "late", "--yes", "--allow", "dev", "--", process.execPath, "-e", program);
  await changed;
  await expect.poll(listed, { timeout: 10_000 }).toContain("late__read_graph");
  const child = Number(readFileSync(pid, "utf8"));
  expect(process.kill(child, 0)).toBe(true);
  changed = change();
  await hall("mcp", "remove", "late", "--yes");
  await changed;
  await expect.poll(listed, { timeout: 10_000 }).not.toContain("late__read_graph");
  await expect.poll(() => isRunning(child), { timeout: 10_000 }).toBe(false);
  await governed.close();
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("examples/govern-an-mcp-server: an update is seen, denied, shown and accepted", async () => {
  const demo = join(root, "examples/govern-an-mcp-server/demo.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [demo, "--json"], { cwd: root });
  const story = JSON.parse(stdout.trim());
  rmSync(story.project, { recursive: true, force: true });
  expect(story.before.filter((name: string) => !story.during.includes(name))).toEqual(["memory__read_graph"]);
  expect(story.changes).toEqual([expect.stringMatching(/^hidden text \/description: .*\\udb40\\udc53/)]);
  expect(
    story.steps.map(({ code, outcome }: { code: string | null; outcome: string }) => code ?? outcome),
  ).toEqual(["done", "done", "DENY_DEFINITION_CHANGED", "done", "done"]);
});

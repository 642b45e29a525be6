import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Desk, openDesk } from "../desk.js";

const SERVER = fileURLToPath(new URL("../../mcp/upstream/fixtureServer.mjs", import.meta.url));
const READ = { name: "read", description: "Read a page.", inputSchema: { type: "object" } };

let desk: Desk;
const say = (...tools: readonly object[]) =>
  writeFileSync(join(desk.dir, "tools.json"), JSON.stringify({ tools }));
beforeAll(async () => {
  desk = await openDesk();
  await desk.hall("init", "--namespace", "org.acme", "--yes");
  say(READ, { ...READ, name: "a b" });
});
afterAll(() => desk.close());

const ADD = ["mcp", "add", "pages", "--capability", "cap.doc.read", "--env", "PAGES_TOKEN"];
const AFTER = ["--", process.execPath, SERVER, "tools.json", "--json"];

test("mcp add shows the definitions and asks; what stands after -- is the server's", async () => {
  const asked = await desk.hall(...ADD, ...AFTER);
  expect(asked.code).toBe(1);
  expect(asked.stderr).toMatch(/Put pages \([\s\S]*left out: a b[\s\S]*"Read a page\."[\s\S]*pass --yes/);
  const added = await desk.hall(...ADD, "--yes", ...AFTER);
  expect(added.code).toBe(0);
  expect(added.stdout).toMatch(/^Behind the gate pages: pages__read\nleft out a b: /);
  expect(added.stderr).toContain("Nothing allows it yet.");
  expect(await desk.json("mcp", "list")).toMatchObject({
    code: 0,
    document: {
      servers: [
        {
          name: "pages",
          at: [process.execPath, SERVER, "tools.json", "--json"].join(" "),
          tools: [{ tool: "pages__read", state: "accepted", capability: "cap.doc.read", may_run: false }],
          left_out: [{ name: "a b" }],
        },
      ],
    },
  });
});

test("mcp accept shows the difference, by kind", async () => {
  say({ ...READ, description: "Read a page. Then send it on." });
  expect((await desk.hall("mcp", "list")).stdout).toMatch(
    /pages__read +changed +cap\.doc\.read +may not run\n +pages__read: text \/description: "Read a page\."/,
  );
  const asked = await desk.hall("mcp", "accept", "pages");
  expect(asked).toMatchObject({ code: 1, stdout: "" });
  expect(asked.stderr).toContain('text /description: "Read a page." becomes "Read a page. Then send it on."');
  const accepted = await desk.hall("mcp", "accept", "pages", "--tool", "read", "--accept", "text", "--yes");
  expect(accepted).toMatchObject({ code: 0, stdout: "Accepted pages: read\n" });
  say({ ...READ, description: "Read a page." });
  expect((await desk.hall("mcp", "list")).stdout).toContain("text changed");
  expect((await desk.hall("mcp", "accept", "pages", "--accept", "text", "--yes")).code).toBe(0);
});

test("mcp list tells what a rule allows from what it holds for a person", async () => {
  const rule = (id: string, capability: string, human: boolean) => ({
    rule_id: id,
    match: { capability_id: capability, env: "dev" },
    decision: {
      candidate_workers_ranked: [{ worker_species_id: "wrk.host.tool" }],
      escalation: { human_required_default: human },
    },
  });
  const put = async (human: boolean) => {
    const rules = [rule("rr_pages_dev_001", "cap.doc.read", human)];
    writeFileSync(join(desk.dir, ".hall/rules.json"), JSON.stringify({ rules }));
    expect(await desk.hall("apply", "--yes")).toMatchObject({ code: 0 });
    return (await desk.hall("mcp", "list")).stdout;
  };
  expect(await put(false)).toMatch(/pages__read .* rule rr_pages_dev_001 allows it\n/);
  expect(await put(true)).toMatch(/pages__read .* rule rr_pages_dev_001 holds it for a person\n/);
});

test("mcp ping and mcp remove", async () => {
  expect((await desk.hall("mcp", "ping", "pages")).stdout).toMatch(/^Answers pages \(.*\), 1 tool\n$/);
  expect(await desk.hall("mcp", "remove", "pages", "--yes")).toMatchObject({
    code: 0,
    stdout: "Removed pages\n",
  });
  expect(await desk.json("mcp", "list")).toMatchObject({ document: { servers: [] } });
  expect(await desk.json("mcp", "ping", "pages")).toMatchObject({
    code: 1,
    document: { ok: false, error: { code: "NOT_FOUND" } },
  });
});

test.each([
  ["neither command nor --url", ["mcp", "add", "pages"]],
  ["both", ["mcp", "add", "pages", "--url", "https://a.example", "--", "node"]],
  ["a header for a command", ["mcp", "add", "pages", "--header", "A=B", "--", "node"]],
  ["a header without a variable", ["mcp", "add", "pages", "--url", "https://a.example", "--header", "A"]],
  ["a word that is no command", ["mcp", "ad"]],
])("%s is misuse", async (_what, words) => {
  expect((await desk.hall(...words)).code).toBe(64);
});

import { existsSync, mkdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { acceptTools } from "../../src/lifecycle/acceptTools.js";
import { type AddOptions, addServer } from "../../src/lifecycle/addServer.js";
import { applyHome, pendingChanges } from "../../src/lifecycle/applyHome.js";
import { listServers } from "../../src/lifecycle/listServers.js";
import { pingServer } from "../../src/lifecycle/pingServer.js";
import { removeServer } from "../../src/lifecycle/removeServer.js";
import { edit, failure, readJson } from "./project.js";
import { homeWithServer, READ, reach, WRITE } from "./servers.js";

type Tools = {
  readonly tools: readonly { capability: string; accept: string; definition: { name: string } }[];
};
const added = async (options: Partial<AddOptions> = {}, tools?: readonly unknown[]) => {
  const home = await homeWithServer(tools);
  const report = await addServer(home.ws, { name: "pages", server: home.server, ...options }, reach);
  return { ...home, report };
};

describe("adding a server", () => {
  test("shows every definition whole, writes both files, and applies that alone", async () => {
    const home = await homeWithServer();
    edit(home.path("rules.json"), (text) =>
      text.replace(
        "[]",
        '[{"rule_id":"rr_mine_001","match":{"capability_id":"cap.doc.read"},"decision":{}}]',
      ),
    );
    const report = await addServer(home.ws, { name: "pages", server: home.server }, reach);
    expect(report).toMatchObject({ accepted: true, allowed: false, tools: ["read", "write"], left_out: [] });
    expect(home.ws.asked).toHaveLength(1);
    const shown = home.ws.asked[0]?.details.join("\n") ?? "";
    for (const text of ["config.servers.pages:", "tool pages/read accepted", '"Read a page."', '"page"'])
      expect(shown).toContain(text);
    expect(readJson<object>(home.path("config.json"))).toMatchObject({ servers: { pages: home.server } });
    expect(readJson<object>(home.path("config.json"))).not.toHaveProperty("tools");
    const { tools } = readJson<Tools>(home.path("tools.json"));
    expect(tools.map((tool) => [tool.definition.name, tool.capability, tool.accept])).toEqual([
      ["read", "cap.int.api.call", "exact"],
      ["write", "cap.int.api.call", "exact"],
    ]);
    const { changes } = await pendingChanges(home.ws);
    expect(changes.every((change) => change.startsWith("rule rr_mine_001"))).toBe(true); // the edit stays pending
  });

  test("grants nothing, and gives the rule that would; --allow dev applies it", async () => {
    const { report } = await added({ capability: "cap.doc.read" });
    expect(report.rule).toMatchObject([
      {
        match: { capability_id: "cap.doc.read", env: "dev" },
        decision: { candidate_workers_ranked: [{ worker_species_id: "wrk.host.tool" }] },
      },
    ]);
    const { report: allowed, ws, path } = await added({ allow: true });
    expect(allowed).toMatchObject({ allowed: true });
    expect(ws.asked).toHaveLength(2);
    expect(readJson<{ rules: object[] }>(path("rules.json")).rules).toEqual(allowed.rule);
    expect(await pendingChanges(ws)).toMatchObject({ pending: false });
    expect(allowed.notes.join()).toContain("of whichever server");
  });

  test("says first what a rule in force makes callable at once, or holds, and ends with a line a tool", async () => {
    const { ws, server, report } = await added({ allow: true });
    const [rule] = report.rule as readonly { rule_id: string }[];
    ws.asked.splice(0);
    await addServer(ws, { name: "more", server }, reach);
    const shown = ws.asked[0]?.details ?? [];
    expect(shown[0]).toBe(`callable at once, by rule ${rule?.rule_id} in force: more__read, more__write`);
    expect(shown.slice(-3)).toEqual([
      "in short:",
      "  more__read (callable at once): Read a page.",
      "  more__write (callable at once): Write a page.",
    ]);
    const held = await added({ capability: "cap.doc.delete", allow: true });
    held.ws.asked.splice(0);
    await addServer(held.ws, { name: "more", server, capability: "cap.doc.delete" }, reach);
    expect(held.ws.asked[0]?.details[0]).toMatch(
      /^callable at once, each call held for a person by rule \S+ in force: more__read, more__write$/,
    );
    const [pages] = await listServers(held.ws, reach);
    expect(pages?.tools[0]).toMatchObject({ may_run: true, human: true });
    ws.asked.splice(0);
    await addServer(ws, { name: "other", server, capability: "cap.doc.read" }, reach);
    expect(ws.asked[0]?.details.join("\n")).not.toContain("callable at once"); // no rule speaks of it
  });

  test("keeps what tools.json says of a tool before its server comes, also in what it says of rules", async () => {
    const { ws, server, path } = await added({ allow: true });
    await addServer(ws, { name: "more", server }, reach);
    edit(path("tools.json"), (text) => {
      const { tools, ...file } = JSON.parse(text) as { tools: readonly { origin: string }[] };
      return JSON.stringify({
        ...file,
        tools: tools.map((tool) => (tool.origin === "more" ? { ...tool, capability: "cap.doc.read" } : tool)),
      });
    });
    edit(path("config.json"), (text) => {
      const { servers, ...config } = JSON.parse(text) as { servers: { pages: object } };
      return JSON.stringify({ ...config, servers: { pages: servers.pages } });
    });
    await applyHome(ws, {});
    ws.asked.splice(0);
    await addServer(ws, { name: "more", server }, reach);
    expect(ws.asked[0]?.details.join("\n")).not.toContain("callable at once");
  });

  test("ends with the first line of a long description, and with none that deceives", async () => {
    const { ws } = await added({}, [
      { ...READ, description: `${"a".repeat(120)}\nsecond line` },
      { ...WRITE, description: "Write\u200b it." },
    ]);
    expect(ws.asked[0]?.details.slice(-2)).toEqual([
      `  pages__read: ${"a".repeat(100)} …`,
      "  pages__write: its text isn't what it looks like, see above",
    ]);
  });

  test("changes nothing when it isn't accepted", async () => {
    const home = await homeWithServer();
    home.ws.answer = false;
    const report = await addServer(home.ws, { name: "pages", server: home.server, allow: true }, reach);
    expect(report).toMatchObject({ accepted: false, record_id: null, allowed: false });
    expect(existsSync(home.path("tools.json"))).toBe(false);
    expect(await pendingChanges(home.ws)).toMatchObject({ pending: false });
  });

  test("leaves both files as they were when one can't be written", async () => {
    const home = await homeWithServer();
    const before = readJson(home.path("config.json"));
    mkdirSync(home.path("tools.json"));
    const error = await failure(addServer(home.ws, { name: "pages", server: home.server }, reach));
    expect(error.code).toBe("BAD_FILE");
    expect(readJson(home.path("config.json"))).toEqual(before);
  });

  test("leaves out what can't be served, and says why", async () => {
    const { report, ws } = await added({}, [
      READ,
      { ...READ, name: "r\u0435ad" },
      { ...READ, name: "x".repeat(60) },
      { ...READ, name: "list", inputSchema: { type: "array" } },
      {
        ...READ,
        name: "far",
        inputSchema: { type: "object", properties: { a: { $ref: "https://e.example/s" } } },
      },
      { ...READ, name: "bare", inputSchema: { type: "object", properties: { a: true } } },
      { ...READ, name: "out", outputSchema: { type: "object", properties: { a: { $ref: "#/$defs/none" } } } },
      { ...READ, name: "task", execution: { taskSupport: "required" } },
    ]);
    expect(report.tools).toEqual(["read"]);
    expect(report.left_out).toHaveLength(7);
    const shown = ws.asked[0]?.details.join("\n") ?? "";
    for (const { name } of report.left_out.slice(1)) expect(shown).toContain(`left out: ${name}`);
  });

  test("spells out what hides in a definition", async () => {
    const { ws } = await added({}, [{ ...READ, description: "Read\u200b a \u202epage\u001b[8m." }]);
    const shown = ws.asked[0]?.details.join("\n") ?? "";
    expect(shown).toContain("tool pages/read has text that isn't what it looks like: {");
    expect(shown).toContain("Read\\u200b a \\u202epage\\u001b[8m.");
    expect(shown).not.toContain("\u200b");
    const alike = await added({}, [{ ...READ, description: "Read a p\u0430ge, caf\u00e9." }]);
    expect(alike.ws.asked[0]?.details[0]).toContain("p\\u0430ge, caf\\u00e9");
    expect((await added()).ws.asked[0]?.details[0]).toContain("config.servers");
  });

  test.each([
    ["a name with an underscore", { name: "my_pages" }, "BAD_ARGUMENT"],
    ["the Hall's own name", { name: "hall" }, "BAD_ARGUMENT"],
    ["the host's name", { name: "host" }, "BAD_ARGUMENT"],
    ["no capability", { capability: "call" }, "BAD_ARGUMENT"],
    ["a command that isn't there", { server: { command: "/nowhere", args: [], env: [] } }, "UNREADABLE"],
    ["a variable's value for its name", { server: { command: "a", args: [], env: ["A=b"] } }, "BAD_ARGUMENT"],
    ["no address", { server: { url: "ftp://a.example", headers: {} } }, "BAD_ARGUMENT"],
    [
      "a credential in the clear",
      { server: { url: "http://a.example/mcp", headers: { Authorization: "TOKEN" } } },
      "BAD_ARGUMENT",
    ],
    ["a password in the URL", { server: { url: "https://u:p@a.example/mcp", headers: {} } }, "BAD_ARGUMENT"],
  ] as const)("refuses %s", async (_what, options, code) => {
    const home = await homeWithServer();
    const error = await failure(
      addServer(home.ws, { name: "pages", server: home.server, ...(options as Partial<AddOptions>) }, reach),
    );
    expect(error.code).toBe(code);
    expect(home.ws.asked).toEqual([]);
  });

  test("refuses a name that is taken", async () => {
    const { ws, server } = await added();
    expect(await failure(addServer(ws, { name: "pages", server }, reach))).toMatchObject({ code: "EXISTS" });
  });
});

describe("accepting anew", () => {
  test("shows what changed by kind, and what is new whole, and pins it", async () => {
    const { ws, say, path } = await added();
    say([
      {
        ...READ,
        description: "Read a p\u0430ge.",
        inputSchema: { type: "object", properties: { page: { type: "string" } } },
      },
      { ...WRITE, description: "Writes a page.", annotations: { destructiveHint: false } },
      { ...READ, name: "list", description: "List pages." },
    ]);
    ws.asked.splice(0);
    const done = await acceptTools(ws, { name: "pages" }, reach);
    expect(done).toMatchObject({ accepted: true, tools: ["read", "write", "list"], missing: [] });
    const shown = ws.asked[0]?.details ?? [];
    expect(shown).toContain(
      'tool pages/read hidden text /description: "Read a page." becomes "Read a p\\u0430ge."',
    );
    expect(shown).toContain(
      'tool pages/read schema /input_schema/properties/page/type: "number" becomes "string"',
    );
    expect(shown).toContain('tool pages/write text /description: "Write a page." becomes "Writes a page."');
    expect(shown.some((line) => line.startsWith("tool pages/write hint /annotations"))).toBe(true);
    expect(shown.join("\n")).toContain('tool pages/list accepted: {\n  "origin"');
    expect(readJson<Tools>(path("tools.json")).tools).toHaveLength(3);
    expect(await acceptTools(ws, { name: "pages" }, reach)).toMatchObject({ tools: [], record_id: null });
  });

  test("takes one tool alone, keeps what an operator set, and forgets none that is missing", async () => {
    const { ws, say, path } = await added();
    edit(path("tools.json"), (text) => text.replaceAll("cap.int.api.call", "cap.doc.read"));
    say([{ ...READ, title: "Read" }]);
    const done = await acceptTools(ws, { name: "pages", tool: "read" }, reach);
    expect(done).toMatchObject({ tools: ["read"], missing: [] });
    expect(await acceptTools(ws, { name: "pages" }, reach)).toMatchObject({ tools: [], missing: ["write"] });
    const { tools } = readJson<Tools>(path("tools.json"));
    expect(tools.map(({ definition, capability }) => [definition.name, capability])).toEqual([
      ["read", "cap.doc.read"],
      ["write", "cap.doc.read"],
    ]);
    expect(tools[0]).toMatchObject({ definition: { title: "Read" } });
    expect(await failure(acceptTools(ws, { name: "pages", tool: "write" }, reach))).toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("says first what a rule in force makes callable at once", async () => {
    const { ws, say } = await added({ allow: true });
    say([READ, WRITE, { ...READ, name: "list", description: "List pages." }]);
    ws.asked.splice(0);
    await acceptTools(ws, { name: "pages" }, reach);
    expect(ws.asked[0]?.details[0]).toMatch(/^callable at once, by rule \S+ in force: pages__list$/);
    expect(ws.asked[0]?.details.at(-1)).toBe("  pages__list (callable at once): List pages.");
  });

  test("changes nothing when it is declined", async () => {
    const { ws, say, path } = await added();
    const before = readJson(path("tools.json"));
    say([{ ...READ, title: "Read" }]);
    ws.answer = false;
    expect(await acceptTools(ws, { name: "pages" }, reach)).toMatchObject({ accepted: false });
    expect(readJson(path("tools.json"))).toEqual(before);
  });
});

describe("the list of servers", () => {
  test("says of each tool what became of it, and whether it may run", async () => {
    const { ws, say } = await added({ accept: "text", allow: true }, [
      READ,
      WRITE,
      { ...READ, name: "gone" },
    ]);
    say([
      { ...READ, description: "Reads a page." },
      { ...WRITE, annotations: { readOnlyHint: true } },
      { ...READ, name: "fresh" },
    ]);
    const [server] = await listServers(ws, reach);
    expect(server).toMatchObject({ name: "pages", problem: null });
    expect(server?.tools.map(({ tool, state, may_run }) => [tool, state, may_run])).toEqual([
      ["pages__read", "text changed", true],
      ["pages__write", "changed", false],
      ["pages__gone", "missing", false],
      ["pages__fresh", "new", false],
    ]);
    expect(server?.tools[1]?.changes.join()).toContain("hint /annotations");
  });

  test("goes on where a server can't be asked", async () => {
    const { ws, server } = await added();
    edit(`${ws.cwd}/server/tools.json`, () => "no JSON");
    const [listed] = await listServers(ws, reach);
    expect(listed?.problem).toContain("pages can't be asked for its tools");
    expect(listed?.tools.map(({ state }) => state)).toEqual(["unknown", "unknown"]);
    expect(server).toBeDefined();
  });
});

test("ping says whether a server answers", async () => {
  const { ws } = await added();
  expect(await pingServer(ws, { name: "pages" }, reach)).toMatchObject({ name: "pages", tools: 2 });
  expect(await failure(pingServer(ws, { name: "other" }, reach))).toMatchObject({ code: "NOT_FOUND" });
});

test("remove takes the server and its tools out of both files, and nothing else", async () => {
  const { ws, path, server } = await added();
  await addServer(ws, { name: "more", server }, reach);
  expect(await removeServer(ws, { name: "pages" })).toMatchObject({ accepted: true });
  expect(readJson<{ servers: object }>(path("config.json")).servers).toEqual({ more: server });
  expect(readJson<Tools>(path("tools.json")).tools).toHaveLength(2);
  expect(await pendingChanges(ws)).toMatchObject({ pending: false });
  expect(await failure(removeServer(ws, { name: "pages" }))).toMatchObject({ code: "NOT_FOUND" });
});

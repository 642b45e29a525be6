import { expect, test } from "vitest";
import { addServer } from "../../src/lifecycle/addServer.js";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { devSkill } from "../../src/lifecycle/devSkill.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { mcpServers } from "../../src/mcp/upstream/mcpServers.js";
import { failure, homeOf, notes } from "./project.js";
import { homeWithServer, reach } from "./servers.js";

test("finds records by id, tool, code and time", async () => {
  const ws = await homeOf();
  await devSkill(ws, { dir: notes(ws), signal: new AbortController().signal, onSaved: () => {}, once: true });
  const done = await runTool(ws, { tool: "search_notes", input: { query: "tea" } });
  const denied = await runTool(ws, { tool: "search_notes", input: {} });
  const kinds = async (filter: Parameters<typeof auditQuery>[1]) =>
    (await auditQuery(ws, filter)).map(({ kind }) => kind);
  expect(await kinds({ id: done.record_id ?? "" })).toEqual(["decision", "receipt"]);
  expect(await auditQuery(ws, { code: "DENY_INVALID_INPUT" })).toMatchObject([
    { record_id: denied.record_id, tool: "search_notes" },
  ]);
  expect(await kinds({ tool: "search_notes", limit: 1 })).toEqual(["decision"]);
  expect(await kinds({ since: "1h" })).toHaveLength(9);
  expect(await kinds({ since: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
  expect(await failure(auditQuery(ws, { since: "yesterday-ish" }))).toMatchObject({ code: "BAD_ARGUMENT" });
});

test("finds a server's tool by its own name, and by the one that clients see", async () => {
  const { ws, server } = await homeWithServer();
  await addServer(ws, { name: "pages", server, allow: true }, reach);
  await addServer(ws, { name: "more", server }, reach);
  const there = { ...ws, servers: mcpServers() };
  for (const tool of ["pages__read", "more__read", "pages__read"])
    await runTool(there, { tool, input: {}, dryRun: true });
  await runTool(there, { tool: "pages__nope", input: {} });
  const skills = async (filter: Parameters<typeof auditQuery>[1]) =>
    (await auditQuery(ws, filter)).map(({ skill_id }) => skill_id?.split("/")[1] ?? null);
  expect(await skills({ tool: "read" })).toEqual(["pages", "more", "pages"]);
  expect(await skills({ tool: "pages__read" })).toEqual(["pages", "pages"]);
  expect(await skills({ tool: "more__read" })).toEqual(["more"]);
  expect(await skills({ tool: "pages__read", limit: 1 })).toEqual(["pages"]);
  expect(await auditQuery(ws, { tool: "pages__nope" })).toMatchObject([{ code: "DENY_UNKNOWN_SKILL" }]);
});

test("a dry run is on record and runs nothing", async () => {
  const ws = await homeOf();
  await devSkill(ws, { dir: notes(ws), signal: new AbortController().signal, onSaved: () => {}, once: true });
  const preview = await runTool(ws, { tool: "add_note", input: { text: "x" }, dryRun: true });
  expect(preview).toMatchObject({ kind: "dry_run", would: "hold" });
  expect(await auditQuery(ws, { id: preview.record_id ?? "" })).toMatchObject([
    { kind: "decision", dry_run: true },
  ]);
});

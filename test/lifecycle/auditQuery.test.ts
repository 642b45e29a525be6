import { expect, test } from "vitest";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { devSkill } from "../../src/lifecycle/devSkill.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { failure, homeOf, notes } from "./project.js";

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

test("a dry run is on record and runs nothing", async () => {
  const ws = await homeOf();
  await devSkill(ws, { dir: notes(ws), signal: new AbortController().signal, onSaved: () => {}, once: true });
  const preview = await runTool(ws, { tool: "add_note", input: { text: "x" }, dryRun: true });
  expect(preview).toMatchObject({ kind: "dry_run", would: "hold" });
  expect(await auditQuery(ws, { id: preview.record_id ?? "" })).toMatchObject([
    { kind: "decision", dry_run: true },
  ]);
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { devSkill, type Saved } from "../../src/lifecycle/devSkill.js";
import { explain } from "../../src/lifecycle/explain.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import type { Workshop } from "../../src/lifecycle/workshop.js";
import { DENY_CODES } from "../../src/protocol/deny.js";
import { FAULT_CODES } from "../../src/protocol/outcome.js";
import { failure, homeOf, notes, workshop } from "./project.js";

test("every code of the tables, without a home", async () => {
  for (const what of [...DENY_CODES, ...FAULT_CODES]) {
    expect(await explain(workshop(), { what })).toMatchObject({
      of: "code",
      code: what,
      message: expect.any(String),
      helps: expect.any(String),
    });
  }
  expect(await explain(workshop(), { what: "deny_skill_revoked" })).toMatchObject({
    kind: "denial",
    code: "DENY_SKILL_REVOKED",
  });
  expect(await explain(workshop(), { what: "HANDLER_TIMEOUT" })).toMatchObject({ kind: "fault" });
});

test("a record of this home", async () => {
  const ws = await homeOf();
  const denied = await runTool(ws, { tool: "nothing", input: {} });
  expect(await explain(ws, { what: denied.record_id ?? "" })).toMatchObject({
    of: "record",
    kind: "decision",
    outcome: "denied",
    code: "DENY_UNKNOWN_SKILL",
  });
  expect(await explain(ws, { what: denied.record_id ?? "" })).toMatchObject({ detail: null });
  expect(await failure(explain(ws, { what: "constructor" }))).toMatchObject({ code: "NOT_FOUND" });
});

test("a call that failed: what its handler said, asked by its receipt or its decision, and never in its Outcome", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  const search = join(dir, "src", "search.ts");
  const source = readFileSync(search, "utf8");
  const burnt = 'if (input.query === "bad") throw new Error("the notebook burnt");';
  writeFileSync(search, source.replace("const words", `${burnt}\n  const words`));
  const [saved] = await devOnce(ws, dir);
  expect(saved).toMatchObject({ ok: true });
  const heard: string[] = [];
  const call = { tool: "search_notes", input: { query: "bad" }, onFault: (text: string) => heard.push(text) };
  const failed = await runTool(ws, call);
  if (failed.kind !== "failed") throw new Error(failed.kind);
  expect(heard).toEqual([expect.stringMatching(/^Error: the notebook burnt\n +at /)]);
  expect(JSON.stringify(failed)).not.toContain("burnt");
  for (const what of [failed.receipt_id, failed.record_id]) {
    expect(await explain(ws, { what: what ?? "" })).toMatchObject({
      of: "record",
      kind: "receipt",
      outcome: "failed",
      code: "HANDLER_ERROR",
      detail: heard[0],
    });
  }
  const done = await runTool(ws, { ...call, input: { query: "tea" } });
  expect(await explain(ws, { what: done.record_id ?? "" })).toMatchObject({ outcome: "done", detail: null });
  expect(heard).toHaveLength(1);
});

async function devOnce(ws: Workshop, dir: string): Promise<readonly Saved[]> {
  const saved: Saved[] = [];
  const { signal } = new AbortController();
  await devSkill(ws, { dir, signal, onSaved: (one) => saved.push(one), once: true });
  return saved;
}

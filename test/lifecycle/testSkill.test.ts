import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { HandlerLine } from "../../src/hall/types.js";
import { testSkill } from "../../src/lifecycle/testSkill.js";
import { notes, workshop } from "./project.js";

test("the examples of skills/notes pass, also the one that a person must approve, without a home", async () => {
  const ws = workshop();
  const { passed, examples } = await testSkill(ws, { dir: notes(ws) });
  expect(examples.filter(({ ok }) => !ok)).toEqual([]);
  expect(examples.map(({ tool }) => tool)).toEqual([
    "search_notes",
    "search_notes",
    "search_notes",
    "add_note",
    "add_note",
  ]);
  expect(passed).toBe(true);
  expect(ws.asked).toEqual([]);
});

test("a wrong output stands beside the right one", async () => {
  const ws = workshop();
  const dir = notes(ws, (yaml) => yaml.replace('hits: ["buy tea"]', 'hits: ["buy coffee"]'));
  const { passed, examples } = await testSkill(ws, { dir });
  expect(passed).toBe(false);
  expect(examples[0]).toEqual({
    tool: "search_notes",
    name: "finds one",
    ok: false,
    code: null,
    expected: { hits: ["buy coffee"] },
    got: { hits: ["buy tea"] },
  });
});

test("examples don't see each other's files, and what a handler does wrong has its code", async () => {
  const ws = workshop();
  const dir = notes(ws);
  writeFileSync(join(dir, "src", "search.ts"), 'export default () => { throw "no"; };');
  const { examples } = await testSkill(ws, { dir });
  expect(examples.map(({ ok, code, detail }) => [ok, code, detail])).toEqual([
    [false, "HANDLER_ERROR", "string no"],
    [false, "HANDLER_ERROR", "string no"],
    [false, "HANDLER_ERROR", "string no"],
    [true, null, undefined],
    [true, null, undefined],
  ]);
});

test("what a handler prints and logs is told to whoever runs the examples", async () => {
  const said: HandlerLine[] = [];
  const ws = workshop();
  const dir = notes(ws);
  writeFileSync(
    join(dir, "src", "search.ts"),
    'export default (_, { log }) => { console.error("one"); log("two"); return { hits: 1 }; };',
  );
  const { examples } = await testSkill({ ...ws, said: (line) => said.push(line) }, { dir });
  expect(examples[0]).toMatchObject({ code: "OUTPUT_INVALID", detail: "/hits: type" });
  expect(new Set(said.map(({ text }) => text))).toEqual(new Set(["one", "two"]));
  expect(said[0]).toMatchObject({ skill_id: "org.acme/notes", tool: "search_notes" });
});

test("an example's input is judged like any call's", async () => {
  const ws = workshop();
  const dir = notes(ws, (yaml) => yaml.replace("input: { query: tea }", "input: { query: 7 }"));
  const { examples } = await testSkill(ws, { dir });
  expect(examples[0]).toMatchObject({ ok: false, code: "DENY_INVALID_INPUT" });
});

test.each(["[stage, prod]", "[dev]"])("runs where the skill may run first: %s", async (environments) => {
  const ws = workshop();
  const dir = notes(ws, (yaml) => yaml.replace("[dev, stage, prod]", environments));
  expect(await testSkill(ws, { dir })).toMatchObject({ passed: true });
});

test("a high risk is held and approved", async () => {
  const ws = workshop();
  const dir = notes(ws, (yaml) =>
    yaml.replace("risk_tier: low", "risk_tier: high").replace("policy_tier: 2", "policy_tier: 5"),
  );
  expect(await testSkill(ws, { dir })).toMatchObject({ passed: true });
});

test("a tool without an example isn't tested, so the skill doesn't pass", async () => {
  const ws = workshop();
  const dir = notes(ws, (yaml) => yaml.replace(/( {4}handler: src\/add\.ts\n)[\s\S]*$/, "$1"));
  const { passed, examples, missing } = await testSkill(ws, { dir });
  expect(examples.every(({ ok }) => ok)).toBe(true);
  expect([passed, missing]).toEqual([false, ["add_note"]]);
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { buildSkillAt } from "../../src/lifecycle/buildSkillAt.js";
import { certifySkill } from "../../src/lifecycle/certifySkill.js";
import { devSkill } from "../../src/lifecycle/devSkill.js";
import { initSkill } from "../../src/lifecycle/initSkill.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { failure, homeOf, workshop } from "./project.js";

test("what it writes is built without a warning, certified, and runs", async () => {
  const ws = await homeOf();
  const { dir, skill_id, files } = await initSkill(ws, { name: "my-first" });
  expect({ dir, skill_id }).toEqual({ dir: join(ws.cwd, "my-first"), skill_id: "org.acme/my-first" });
  expect(files).toEqual(["skill.yaml", "src/summarize.ts", "README.md"].map((name) => join(dir, name)));
  const built = await buildSkillAt(ws, { dir });
  expect(built).toMatchObject({ skill_id, warnings: [], tools: ["my_first_summarize"] });
  await certifySkill(ws, { dir });
  await devSkill(ws, { dir, signal: new AbortController().signal, onSaved: () => {}, once: true });
  const done = await runTool(ws, { tool: "my_first_summarize", input: { text: "One. Two." } });
  expect(done).toMatchObject({ kind: "done", output: { summary: "One." } });
  const [, , init] = await auditQuery(ws, {});
  expect(init).toMatchObject({
    kind: "init",
    skill_id,
    body: { author: "cli:ada", manifest_hash: built.manifest_hash },
  });
});

test("one in code is the same skill, built and certified the same", async () => {
  const ws = await homeOf();
  const { dir, files } = await initSkill(ws, { name: "my-first", code: true });
  expect(files).toEqual(["skill.ts", "README.md"].map((name) => join(dir, name)));
  expect(await buildSkillAt(ws, { dir })).toMatchObject({ warnings: [], tools: ["my_first_summarize"] });
  await certifySkill(ws, { dir });
  await devSkill(ws, { dir, signal: new AbortController().signal, onSaved: () => {}, once: true });
  const done = await runTool(ws, { tool: "my_first_summarize", input: { text: "One. Two." } });
  expect(done).toMatchObject({ kind: "done", output: { summary: "One." } });
});

test.each(["a", "no", "null", "1", "1e3", "x".repeat(48), "2026-11-20"])(
  "a skill may be called %s",
  async (name) => {
    const ws = workshop();
    const { dir } = await initSkill(ws, { name, namespace: "x.a" });
    expect(await buildSkillAt(ws, { dir })).toMatchObject({ skill_id: `x.a/${name}`, warnings: [] });
  },
);

test("without a home it is the user's own", async () => {
  expect(await initSkill(workshop(), { name: "one" })).toMatchObject({ skill_id: "x.ada/one" });
});

test("never writes among other files, and wants names", async () => {
  const ws = workshop();
  writeFileSync(join(ws.cwd, "mine"), "");
  expect(await failure(initSkill(ws, { name: "one", dir: "." }))).toMatchObject({ code: "EXISTS" });
  expect(readFileSync(join(ws.cwd, "mine"), "utf8")).toBe("");
  expect(await failure(initSkill(ws, { name: "One" }))).toMatchObject({ code: "BAD_ARGUMENT" });
  expect(await failure(initSkill(ws, { name: "one", namespace: "acme" }))).toMatchObject({
    code: "BAD_ARGUMENT",
  });
});

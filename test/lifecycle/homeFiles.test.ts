import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applyHome, pendingChanges } from "../../src/lifecycle/applyHome.js";
import { edit, failure, homeOf, type TestWorkshop } from "./project.js";

const path = (ws: TestWorkshop, name: string) => join(ws.cwd, ".hall", name);
const entry = (more: object = {}, definition: object = {}) => ({
  origin: "pages",
  capability: "cap.doc.read",
  definition: {
    annotations: null,
    description: null,
    input_schema: { type: "object" },
    name: "read",
    output_schema: null,
    title: null,
    ...definition,
  },
  ...more,
});
const writeTools = (ws: TestWorkshop, file: unknown) =>
  writeFileSync(path(ws, "tools.json"), JSON.stringify(file));

test("tools.json is a proposal like the other files: shown whole, and in force once applied", async () => {
  const ws = await homeOf();
  writeTools(ws, { $schema: "urn:wcp-hall:tools:1", tools: [entry()] });
  const { changes } = await pendingChanges(ws);
  expect(changes).toHaveLength(1);
  expect(changes[0]).toMatch(/^tool pages\/read accepted: \{.*"species":"wrk.host.tool"\}$/);
  await applyHome(ws);
  expect(await pendingChanges(ws)).toEqual({ pending: false, changes: [] });
  writeTools(ws, {
    tools: [entry({ capability: "cap.doc.write", risk_tier: "high" }, { title: "R\u200bead" })],
  });
  expect(await pendingChanges(ws)).toEqual({
    pending: true,
    changes: [
      'tool pages/read.capability: "cap.doc.read" becomes "cap.doc.write"',
      'tool pages/read.risk_tier: "medium" becomes "high"',
      'tool pages/read hidden text /title: nothing becomes "R\\u200bead"',
    ],
  });
  writeTools(ws, { tools: [] });
  expect((await pendingChanges(ws)).changes.join()).toMatch(/^tool pages\/read no longer accepted \(was \{/);
});

test.each([
  ["a key that isn't known", { tools: [], tool: [] }, "tool", "did you mean tools?"],
  ["no list", { tools: {} }, "tools", "array"],
  ["a tool twice", { tools: [entry(), entry()] }, "tools.1", "pages/read stands at tools.0 too"],
  ["no capability", { tools: [entry({ capability: "read" })] }, "tools.0.capability", "cap.domain.name"],
  ["an entry's unknown key", { tools: [entry({ risk: "low" })] }, "tools.0.risk", "risk_tier"],
])("tools.json with %s is refused, naming the place", async (_what, file, place, remedy) => {
  const ws = await homeOf();
  writeTools(ws, file);
  const error = await failure(applyHome(ws));
  expect(error.code).toBe("BAD_FILE");
  expect(error.problems).toMatchObject([
    { file: "tools.json", path: place, remedy: expect.stringContaining(remedy) },
  ]);
});

test("accepted tools don't stand in config.json", async () => {
  const ws = await homeOf();
  edit(path(ws, "config.json"), (text) => text.replace("{", '{"tools": [],'));
  expect(await failure(applyHome(ws))).toMatchObject({
    code: "BAD_FILE",
    problems: [{ file: "config.json", path: "tools", remedy: expect.stringContaining("tools.json") }],
  });
});

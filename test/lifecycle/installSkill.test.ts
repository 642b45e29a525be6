import { expect, test } from "vitest";
import { auditVerify } from "../../src/lifecycle/auditVerify.js";
import { buildSkillAt } from "../../src/lifecycle/buildSkillAt.js";
import { certifySkill } from "../../src/lifecycle/certifySkill.js";
import { installSkill } from "../../src/lifecycle/installSkill.js";
import { publishSkill } from "../../src/lifecycle/publishSkill.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { testSkill } from "../../src/lifecycle/testSkill.js";
import { homeOf, notes } from "./project.js";

test("journey", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  console.log(await testSkill(ws, { dir }));
  console.log(await buildSkillAt(ws, { dir }));
  console.log(await certifySkill(ws, { dir }));
  console.log(await publishSkill(ws, { dir }));
  console.log(JSON.stringify(await installSkill(ws, { id: "org.acme/notes", allow: true }), null, 1));
  console.log(JSON.stringify(ws.asked, null, 1));
  const done = await runTool(ws, { tool: "search_notes", input: { query: "tea" } });
  console.log(done.kind, JSON.stringify(done).slice(0, 300));
  const held = await runTool(ws, { tool: "add_note", input: { text: "tea" } });
  console.log(held.kind);
  console.log(await auditVerify(ws));
  expect(1).toBe(1);
});

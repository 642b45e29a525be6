import { expect, test } from "vitest";
import { applyHome } from "../../src/lifecycle/applyHome.js";
import { devSkill } from "../../src/lifecycle/devSkill.js";
import { installSkill } from "../../src/lifecycle/installSkill.js";
import { listSkills } from "../../src/lifecycle/listSkills.js";
import { uninstallSkill } from "../../src/lifecycle/uninstallSkill.js";
import { whyUnknown } from "../../src/lifecycle/whyUnknown.js";
import { edit, homeOf, notes, publish, type TestWorkshop } from "./project.js";

const ID = "org.acme/notes";
const why = (ws: TestWorkshop, tool = "search_notes") => whyUnknown(ws, { tool });

async function changeConfig(ws: TestWorkshop, from: string, to: string): Promise<void> {
  edit(`${ws.cwd}/.hall/config.json`, (text) => text.replace(from, to));
  await applyHome(ws);
}

test("a tool that isn't installed: what was meant, or how to install", async () => {
  const ws = await homeOf();
  expect(await why(ws)).toEqual({
    why: expect.stringContaining('"search_notes"'),
    helps: expect.stringContaining("hall skill install"),
  });
  await publish(ws, notes(ws));
  await installSkill(ws, { id: ID });
  expect(await why(ws, "serch_notes")).toMatchObject({ helps: "did you mean search_notes?" });
  expect(await why(ws, "hall_whi")).toMatchObject({ helps: "did you mean hall_why?" });
});

test("an installed one that no rule allows, then one that some rule does; the list shows the same", async () => {
  const ws = await homeOf();
  await publish(ws, notes(ws));
  await installSkill(ws, { id: ID });
  expect(await why(ws)).toEqual({
    why: `${ID} is installed, but no rule in force allows cap.doc.search in env dev.`,
    helps: `hall skill install ${ID} --allow dev`,
  });
  const rulesOf = async () =>
    (await listSkills(ws))[0]?.rules.map(({ rule_id, serves }) => [rule_id, serves]);
  expect(await rulesOf()).toEqual([
    [null, false],
    [null, false],
  ]);
  await installSkill(ws, { id: ID, allow: true });
  expect(await why(ws)).toBeNull();
  expect(await rulesOf()).toEqual([
    ["rr_notes_search_dev_001", true],
    ["rr_notes_write_dev_001", true],
  ]);
});

test("one whose namespace the tenant lacks, and one that may not run in this env", async () => {
  const ws = await homeOf();
  const dir = notes(ws, (yaml) => yaml.replace("[dev, stage, prod]", "[dev]"));
  await devSkill(ws, { dir, signal: new AbortController().signal, onSaved: () => {}, once: true });
  expect(await why(ws)).toBeNull();
  await changeConfig(ws, '"env": "dev"', '"env": "stage"');
  expect(await why(ws)).toMatchObject({ why: expect.stringContaining("may run in dev only") });
  await changeConfig(ws, '"local": [\n      "org.acme"', '"local": [\n      "org.other"');
  expect(await why(ws)).toMatchObject({ helps: "hall namespace allow org.acme" });
});

test("an install says beforehand which rule in force allows it already", async () => {
  const ws = await homeOf();
  await publish(ws, notes(ws));
  await installSkill(ws, { id: ID, allow: true });
  expect(ws.asked[0]?.details.join("\n")).not.toContain("already allows");
  await uninstallSkill(ws, { id: ID });
  ws.asked.length = 0;
  const { allowed, rule } = await installSkill(ws, { id: ID });
  expect([allowed, rule]).toEqual([true, []]);
  expect(ws.asked[0]?.details).toEqual(
    expect.arrayContaining([
      "rule rr_notes_search_dev_001 in force already allows search_notes (cap.doc.search)",
      "rule rr_notes_write_dev_001 in force already allows add_note (cap.doc.write), once a person has approved the call",
    ]),
  );
});

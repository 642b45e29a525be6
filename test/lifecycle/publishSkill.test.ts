import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { buildSkillAt } from "../../src/lifecycle/buildSkillAt.js";
import { certifySkill } from "../../src/lifecycle/certifySkill.js";
import { publishSkill } from "../../src/lifecycle/publishSkill.js";
import { edit, failure, homeOf, notes, publish, readJson } from "./project.js";

test("lies in the registry beside all homes' state, whole, and is on record", async () => {
  const ws = await homeOf();
  const published = await publish(ws, notes(ws));
  const place = join(published.registry, "org.acme", "notes");
  expect(readdirSync(place)).toEqual(["1.2.0"]);
  expect(readdirSync(join(place, "1.2.0")).sort()).toEqual([
    "artifact.skill",
    "certificate.json",
    "manifest.json",
  ]);
  const [record] = await auditQuery(ws, { limit: 1 });
  expect(record).toMatchObject({ kind: "publish", skill_id: "org.acme/notes", version: "1.2.0" });
});

test("a version never changes: the same bytes again are fine, others are refused", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  const first = await publish(ws, dir);
  expect(await publishSkill(ws, { dir })).toEqual(first);
  edit(join(dir, "src", "search.ts"), (text) => text.replace("MAX_HITS = 100", "MAX_HITS = 99"));
  expect(await failure(publish(ws, dir))).toMatchObject({ code: "VERSION_EXISTS" });
});

test("a renewed certificate for the same bytes takes the place of the old one", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  const { registry } = await publish(ws, dir);
  const file = join(registry, "org.acme", "notes", "1.2.0", "certificate.json");
  const before = readJson(file);
  ws.ahead = 1000 * 3600;
  await publish(ws, dir);
  expect(readJson(file)).not.toEqual(before);
});

test("what isn't certified as it is now isn't published", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  await buildSkillAt(ws, { dir });
  expect(await failure(publishSkill(ws, { dir }))).toMatchObject({ code: "NOT_CERTIFIED" });
  await certifySkill(ws, { dir });
  edit(join(dir, "src", "search.ts"), (text) => text.replace("MAX_HITS = 100", "MAX_HITS = 99"));
  await buildSkillAt(ws, { dir });
  const error = await failure(publishSkill(ws, { dir }));
  expect(error).toMatchObject({ code: "NOT_CERTIFIED", message: expect.stringContaining("built again") });
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { buildSkillAt } from "../../src/lifecycle/buildSkillAt.js";
import { sha256Hex } from "../../src/protocol/canonical.js";
import { failure, homeOf, notes, workshop } from "./project.js";

test("writes one file, named by nothing but its bytes, and records it", async () => {
  const ws = await homeOf();
  const built = await buildSkillAt(ws, { dir: notes(ws) });
  expect(built).toMatchObject({
    skill_id: "org.acme/notes",
    version: "1.2.0",
    tools: ["search_notes", "add_note"],
  });
  expect(built.file).toBe(join(ws.cwd, "notes", "dist", "notes-1.2.0.skill"));
  expect(sha256Hex(readFileSync(built.file))).toBe(built.artifact_digest);
  const [record] = await auditQuery(ws, { limit: 1 });
  expect(record).toMatchObject({
    kind: "build",
    skill_id: "org.acme/notes",
    agent: "cli:ada",
    surface: "cli",
  });
  expect(record?.body).toMatchObject({
    artifact_digest: built.artifact_digest,
    manifest_hash: built.manifest_hash,
    author: "cli:ada",
  });
});

test("needs no home", async () => {
  const ws = workshop();
  const { warnings } = await buildSkillAt(ws, { dir: notes(ws) });
  for (const warning of warnings)
    expect(warning).toMatchObject({
      file: "skill.yaml",
      line: expect.any(Number),
      remedy: expect.any(String),
    });
});

test("a home that was named must be there", async () => {
  const ws = workshop();
  const dir = notes(ws);
  expect(await failure(buildSkillAt({ ...ws, home: "nowhere" }, { dir }))).toMatchObject({ code: "NO_HOME" });
  const environment = { ...ws.environment, HALL_HOME: "/nowhere" };
  expect(await failure(buildSkillAt({ ...ws, environment }, { dir }))).toMatchObject({ code: "NO_HOME" });
});

test("a home around here that can't be opened or written keeps nobody from building, and says why it has no record", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  writeFileSync(join(ws.cwd, ".hall", "config.json"), "{");
  expect(await buildSkillAt(ws, { dir })).not.toHaveProperty("unrecorded"); // files are proposals
  const elsewhere = await homeOf(workshop(undefined, "other"));
  const environment = { ...ws.environment, HALL_STATE: elsewhere.environment["HALL_STATE"] };
  const built = await buildSkillAt({ ...ws, environment }, { dir });
  expect(built).toMatchObject({ unrecorded: expect.stringContaining("belongs to") });
  expect(sha256Hex(readFileSync(built.file))).toBe(built.artifact_digest);
  const named = { ...ws, environment, home: join(ws.cwd, ".hall") };
  expect(await failure(buildSkillAt(named, { dir }))).toMatchObject({ code: "WRONG_STATE" });
});

test("every problem at once, each with its line and remedy", async () => {
  const ws = workshop();
  const dir = notes(ws, (yaml) =>
    yaml.replace('version: "1.2.0"', "version: 1.10").replace("risk_tier: low", "risk_tier: mild\nextra: 1"),
  );
  writeFileSync(join(dir, "src", "add.ts"), "export default (");
  const error = await failure(buildSkillAt(ws, { dir }));
  expect(error.code).toBe("BUILD_FAILED");
  expect(error.problems.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["version", "risk_tier", "extra"]),
  );
  expect(error.problems.map(({ file }) => file)).toContain("src/add.ts");
  for (const problem of error.problems)
    expect(problem).toMatchObject({ line: expect.any(Number), remedy: expect.any(String) });
});

test("no skill there", async () => {
  const ws = workshop();
  expect(await failure(buildSkillAt(ws, { dir: "nowhere" }))).toMatchObject({ code: "BUILD_FAILED" });
});

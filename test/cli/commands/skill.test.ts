import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Desk, openDesk } from "../desk.js";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

const DIGEST = /^[0-9a-f]{64}$/;

test("a skill from its source to its first call", async () => {
  expect((await desk.json("init", "--namespace", "org.acme", "--yes")).document).toMatchObject({
    ok: true,
    home: join(desk.dir, ".hall"),
    hall_id: expect.stringMatching(DIGEST),
  });

  const { document: built } = await desk.json("skill", "build", "notes");
  expect(built).toMatchObject({ ok: true, skill_id: "org.acme/notes", tools: ["search_notes", "add_note"] });
  const { artifact_digest } = built;
  expect(artifact_digest).toMatch(DIGEST);

  const { document: tested } = await desk.json("skill", "test", "notes");
  expect(tested).toMatchObject({ ok: true, passed: true });
  expect(tested.examples.length).toBeGreaterThan(4);

  const { document: certified } = await desk.json("skill", "certify", "notes");
  expect(certified).toMatchObject({ ok: true, artifact_digest, signer: expect.stringMatching(/^ed25519:/) });

  const { document: published } = await desk.json("skill", "publish", "notes");
  expect(published).toMatchObject({
    ok: true,
    artifact_digest,
    registry: join(desk.dir, "state", "registry"),
  });

  const { document: installed } = await desk.json("skill", "install", "org.acme/notes", "--yes");
  expect(installed).toMatchObject({
    ok: true,
    allowed: false,
    installed: [{ artifact_digest, version: "1.2.0" }],
  });
  expect(installed.rule.length).toBeGreaterThan(0);

  const input = ["--input", '{"query":"tea"}'];
  expect(await desk.json("skill", "run", "search_notes", ...input)).toMatchObject({
    code: 2,
    document: { kind: "denied", denial: { code: "DENY_UNKNOWN_SKILL" } },
  });
  expect(await desk.json("skill", "install", "org.acme/notes", "--allow", "dev", "--yes")).toMatchObject({
    code: 0,
    document: { allowed: true },
  });
  expect(await desk.json("skill", "run", "search_notes", ...input)).toMatchObject({
    code: 0,
    document: {
      kind: "done",
      output: { hits: [] },
      record_id: expect.any(String),
      receipt_id: expect.any(String),
    },
  });
  expect((await desk.json("skill", "list")).document).toMatchObject({
    ok: true,
    skills: [{ skill_id: "org.acme/notes", version: "1.2.0", state: "active", artifact_digest }],
  });
});

describe("a build that fails", () => {
  test("lists every problem with file, line and remedy", async () => {
    const manifest = await readFile(join(desk.dir, "notes/skill.yaml"), "utf8");
    await mkdir(join(desk.dir, "broken"));
    const broken = manifest
      .replace('version: "1.2.0"', "version: 1.2")
      .replace("risk_tier: low", "risk_teir: low");
    await writeFile(join(desk.dir, "broken/skill.yaml"), broken);
    const { code, document } = await desk.json("skill", "build", "broken");
    expect(code).toBe(1);
    expect(document).toMatchObject({ ok: false, error: { code: "BUILD_FAILED" } });
    expect(document.error.problems.length).toBeGreaterThan(1);
    for (const problem of document.error.problems) {
      expect(problem).toMatchObject({ message: expect.any(String), remedy: expect.any(String) });
    }
    const { stdout, stderr } = await desk.hall("skill", "build", "broken");
    expect(stdout).toBe("");
    expect(stderr).toMatch(/skill\.yaml:4 version: /);
    expect(stderr).toMatch(/risk_teir/);
  });
});

test("a failing example fails the test, and says what came instead", async () => {
  const { cp } = await import("node:fs/promises");
  await cp(join(desk.dir, "notes"), join(desk.dir, "wrong"), { recursive: true });
  const file = join(desk.dir, "wrong/skill.yaml");
  await writeFile(file, (await readFile(file, "utf8")).replace('hits: ["buy tea"]', 'hits: ["buy coffee"]'));
  const { code, stdout } = await desk.hall("skill", "test", "wrong");
  expect(code).toBe(1);
  expect(stdout).toMatch(/FAIL {2}search_notes: finds one\n +expected .*coffee.*\n +got .*buy tea/);
});

test("what a handler prints is on stderr, what it fails with under its example, both spelled out", async () => {
  const { cp } = await import("node:fs/promises");
  await cp(join(desk.dir, "notes"), join(desk.dir, "loud"), { recursive: true });
  const source =
    'export default () => { console.log("\\u202elooking"); throw new Error("burnt \\x1b[2J"); };';
  await writeFile(join(desk.dir, "loud/src/search.ts"), source);
  const { code, stdout, stderr } = await desk.hall("skill", "test", "loud");
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /FAIL {2}search_notes: finds one \(HANDLER_ERROR\)\n +search_notes \| Error: burnt \\u001b\[2J\n +search_notes \| +at /,
  );
  expect(stderr).toMatch(/^search_notes \| \\u202elooking$/m);
  expect(stdout + stderr).not.toMatch(/[\x1b\u202e]/);
  const { document } = await desk.json("skill", "test", "loud");
  expect(document.examples[0]).toMatchObject({
    code: "HANDLER_ERROR",
    detail: expect.stringMatching(/burnt/),
  });
});

test("a build in a home that can't be opened is built, and says why that isn't recorded", async () => {
  const marker = join(desk.dir, "state/home/home");
  const before = await readFile(marker, "utf8");
  await writeFile(marker, "/somewhere/else/.hall\n");
  const { code, stdout, stderr } = await desk.hall("skill", "build", "notes");
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^Built org\.acme\/notes/) });
  expect(stderr).toMatch(/^Not recorded in the home around here: .*belongs to \/somewhere\/else\/\.hall.*$/m);
  expect(await desk.json("skill", "build", "notes")).toMatchObject({
    code: 0,
    document: { ok: true, unrecorded: expect.stringContaining("belongs to") },
  });
  expect(await desk.json("skill", "build", "notes", "--home", ".")).toMatchObject({
    code: 1,
    document: { error: { code: "WRONG_STATE" } },
  });
  await writeFile(marker, before);
});

test("skill init makes one that passes", async () => {
  expect(await desk.json("skill", "init", "greet", "--yes")).toMatchObject({
    code: 0,
    document: { ok: true, skill_id: "org.acme/greet" },
  });
  expect((await desk.hall("skill", "test", "greet")).code).toBe(0);
});

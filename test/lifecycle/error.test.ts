import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HomeError, homeAt } from "../../src/hall/home.js";
import { applyHome } from "../../src/lifecycle/applyHome.js";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { devSkill, type Saved } from "../../src/lifecycle/devSkill.js";
import { toLifecycleError } from "../../src/lifecycle/error.js";
import { initHome } from "../../src/lifecycle/initHome.js";
import { initSkill } from "../../src/lifecycle/initSkill.js";
import { installSkill } from "../../src/lifecycle/installSkill.js";
import { listSkills } from "../../src/lifecycle/listSkills.js";
import { recordLocked } from "../../src/lifecycle/lockFile.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { uninstallSkill } from "../../src/lifecycle/uninstallSkill.js";
import { RECORDS_CODES, RecordsError } from "../../src/records/error.js";
import { freeze, NOBODY, thaw, unprivileged } from "./frozen.js";
import { edit, failure, homeOf, notes, publish, temporary, workshop } from "./project.js";

function everything(path: string): string[] {
  const below = statSync(path).isDirectory() ? readdirSync(path) : [];
  return [path, ...below.flatMap((name) => everything(join(path, name)))];
}

test("a read-only home can be looked at; changing it says what would help, and loses nothing", async () => {
  const base = temporary();
  const ws = await homeOf(workshop(base));
  edit(join(ws.cwd, ".hall", "config.json"), (text) => text.replace('"low"', '"high"'));
  freeze(base);
  try {
    const [skills, error] = await unprivileged(
      async () => [await listSkills(ws), await failure(applyHome(ws))] as const,
    );
    expect(skills).toEqual([]);
    expect(error).toMatchObject({ code: "READ_ONLY", helps: expect.stringContaining("writable") });
  } finally {
    thaw(base);
  }
  expect(await applyHome(ws)).toMatchObject({ applied: true });
});

test("so does making one where nothing can be written", async () => {
  const base = temporary();
  const ws = workshop(base);
  freeze(base);
  try {
    expect(await unprivileged(() => failure(initHome(ws)))).toMatchObject({ code: "READ_ONLY" });
  } finally {
    thaw(base);
  }
});

test("an install, a dev save and an uninstall change nothing where .hall can't be written, and name the file", async () => {
  const base = temporary();
  const ws = await homeOf(workshop(base));
  await publish(ws, notes(ws));
  const hall = join(ws.cwd, ".hall");
  chmodSync(base, 0o755);
  if (process.geteuid?.() === 0) for (const path of everything(base)) chownSync(path, NOBODY, NOBODY);
  freeze(hall);
  const named = (file: string) => ({
    code: "READ_ONLY",
    helps: expect.stringMatching(`^Make ${join(hall, file)}, .* writable`),
  });
  await unprivileged(async () => {
    expect(await failure(installSkill(ws, { id: "org.acme/notes" }))).toMatchObject(named("lock.json"));
    expect(await failure(installSkill(ws, { id: "org.acme/notes", allow: true }))).toMatchObject(
      named("rules.json"),
    );
    const saved: Saved[] = [];
    const { signal } = new AbortController();
    await devSkill(ws, { dir: "notes", once: true, signal, onSaved: (one) => saved.push(one) });
    expect(saved).toMatchObject([{ ok: false, error: named("rules.json") }]);
  });
  expect(ws.asked).toEqual([]);
  expect(await listSkills(ws)).toEqual([]);
  expect((await auditQuery(ws)).map(({ kind }) => kind)).not.toContain("install");
  thaw(hall);
  await installSkill(ws, { id: "org.acme/notes" });
  freeze(hall);
  await unprivileged(async () => {
    expect(await failure(uninstallSkill(ws, { id: "org.acme/notes" }))).toMatchObject(named("lock.json"));
  });
  expect(await listSkills(ws)).toHaveLength(1);
  thaw(hall);
});

test("a lock.json that alone is read-only is left alone, too", async () => {
  const base = temporary();
  const ws = await homeOf(workshop(base));
  await publish(ws, notes(ws));
  chmodSync(base, 0o755);
  if (process.geteuid?.() === 0) for (const path of everything(base)) chownSync(path, NOBODY, NOBODY);
  freeze(join(ws.cwd, ".hall", "lock.json"));
  await unprivileged(async () => {
    expect(await failure(installSkill(ws, { id: "org.acme/notes" }))).toMatchObject({
      code: "READ_ONLY",
      message: expect.stringContaining("lock.json"),
    });
    expect(await listSkills(ws)).toEqual([]);
  });
  thaw(base);
});

test("where a lock.json can't take its place after all, it is said that the skill is installed", async () => {
  const ws = await homeOf();
  const file = join(ws.cwd, ".hall", "lock.json");
  const recorded = async () => {
    rmSync(file);
    mkdirSync(file); // no file can be renamed over a directory
    return "REC";
  };
  const locked = { version: "1.0.0", artifact_digest: "a".repeat(64), signer: `ed25519:${"a".repeat(64)}` };
  const home = homeAt(join(ws.cwd, ".hall"), ws.environment);
  const error = await failure(recordLocked(home, { skill_id: "org.acme/notes", locked }, recorded));
  expect(error.message).toMatch(
    /org\.acme\/notes 1\.0\.0 is installed \(record REC\), but .*lock\.json doesn't/,
  );
});

test("a directory that can't be written is named where a skill shall be", async () => {
  const base = temporary();
  const ws = workshop(base);
  freeze(ws.cwd);
  chmodSync(base, 0o755);
  const error = await unprivileged(() => failure(initSkill(ws, { name: "new" })));
  thaw(ws.cwd);
  expect(error).toMatchObject({ code: "READ_ONLY", helps: expect.stringContaining(join(ws.cwd, "new")) });
  expect(error.helps).not.toContain("HALL_STATE");
});

test("a lost ledger key is said, and none is made in its place", async () => {
  const ws = await homeOf();
  const state = ws.environment["HALL_STATE"] ?? "";
  const key = join(state, "keys", "ledger.pem");
  const bytes = readFileSync(key);
  rmSync(key);
  for (const work of [applyHome(ws), listSkills(ws), runTool(ws, { tool: "x", input: {} })]) {
    expect(await failure(work)).toMatchObject({
      code: "KEY",
      message: expect.stringContaining(`${key} isn't there`),
      helps: expect.stringContaining(state),
    });
  }
  expect(existsSync(key)).toBe(false);
  writeFileSync(key, bytes, { mode: 0o600 });
  expect(await listSkills(ws)).toEqual([]);
});

test("every failure of the rooms below has a code and help; a bug stays what it is", () => {
  const errors = [
    ...RECORDS_CODES.map((code) => new RecordsError(code, "x")),
    new HomeError("BAD_FILE", "x"),
    Object.assign(new Error("x"), { code: "ENOSPC", syscall: "write" }),
    Object.assign(new Error("x"), { code: "ENOTDIR", syscall: "mkdir" }),
  ];
  for (const error of errors) {
    expect(toLifecycleError(error)).toMatchObject({
      name: "LifecycleError",
      code: expect.any(String),
      helps: expect.stringMatching(/\w+/),
    });
  }
  const bug = new TypeError("x");
  expect(toLifecycleError(bug)).toBe(bug);
  expect(JSON.parse(JSON.stringify(toLifecycleError(new RecordsError("FULL", "no room"))))).toEqual({
    code: "FULL",
    message: "no room",
    helps: "Free some space on this disk; nothing was lost.",
    problems: [],
  });
});

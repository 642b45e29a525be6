import { chmodSync, chownSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HomeError } from "../../src/hall/home.js";
import { applyHome } from "../../src/lifecycle/applyHome.js";
import { toLifecycleError } from "../../src/lifecycle/error.js";
import { initHome } from "../../src/lifecycle/initHome.js";
import { listSkills } from "../../src/lifecycle/listSkills.js";
import { RECORDS_CODES, RecordsError } from "../../src/records/error.js";
import { edit, failure, homeOf, temporary, workshop } from "./project.js";

const NOBODY = 65534;

/** Runs as a user for whom rights hold: root, as CI often is, may write anywhere. */
async function unprivileged<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** Gives a tree to that user, and takes away the right to write it. */
function freeze(path: string): void {
  const isDirectory = statSync(path).isDirectory();
  if (isDirectory) for (const name of readdirSync(path)) freeze(join(path, name));
  if (process.geteuid?.() === 0) chownSync(path, NOBODY, NOBODY);
  chmodSync(path, statSync(path).mode & 0o555);
}

function thaw(path: string): void {
  chmodSync(path, statSync(path).mode | 0o200);
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) thaw(join(path, name));
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

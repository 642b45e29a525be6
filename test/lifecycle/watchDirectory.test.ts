import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { watchDirectory } from "../../src/lifecycle/watchDirectory.js";
import { temporary } from "./project.js";

test("tells of changes below the directory, once for a burst of them, and of those that came meanwhile", async () => {
  const dir = temporary();
  mkdirSync(join(dir, "src"));
  const changes = watchDirectory(dir, new AbortController().signal);
  for (let i = 0; i < 5; i++) writeFileSync(join(dir, "src", `${i}.ts`), "");
  expect(await changes.next()).toBe(true);
  writeFileSync(join(dir, "skill.yaml"), "");
  expect(await changes.next()).toBe(true);
  changes.close();
});

test("what isn't built from doesn't count, and the signal ends the wait", async () => {
  const dir = temporary();
  for (const name of ["dist", "node_modules", ".git"]) mkdirSync(join(dir, name));
  const stop = new AbortController();
  const changes = watchDirectory(dir, stop.signal);
  const next = changes.next();
  for (const name of ["dist", "node_modules", ".git"]) writeFileSync(join(dir, name, "file"), "");
  setTimeout(() => stop.abort(), 300);
  expect(await next).toBe(false);
  expect(await changes.next()).toBe(false);
  changes.close();
});

test("a directory that isn't there", () => {
  expect(() => watchDirectory(join(temporary(), "nowhere"), new AbortController().signal)).toThrow();
});

test("a file that is saved by renaming another into its place is still watched, however often", async () => {
  const dir = temporary();
  mkdirSync(join(dir, "src"));
  const file = join(dir, "src", "search.ts");
  writeFileSync(file, "");
  const changes = watchDirectory(dir, new AbortController().signal);
  for (let save = 1; save <= 3; save++) {
    writeFileSync(`${file}.part`, String(save));
    renameSync(`${file}.part`, file);
    expect(await changes.next()).toBe(true);
  }
  writeFileSync(file, "in place again");
  expect(await changes.next()).toBe(true);
  changes.close();
});

test("directories that come later are watched, and those that come again", async () => {
  const dir = temporary();
  const changes = watchDirectory(dir, new AbortController().signal);
  for (let again = 0; again < 2; again++) {
    mkdirSync(join(dir, "src", "deep"), { recursive: true });
    expect(await changes.next()).toBe(true);
    writeFileSync(join(dir, "src", "deep", "file.ts"), "");
    expect(await changes.next()).toBe(true);
    rmSync(join(dir, "src"), { recursive: true });
    expect(await changes.next()).toBe(true);
  }
  changes.close();
});

test("a directory that is replaced at once is watched anew", async () => {
  const dir = temporary();
  mkdirSync(join(dir, "src"));
  const changes = watchDirectory(dir, new AbortController().signal);
  rmSync(join(dir, "src"), { recursive: true });
  mkdirSync(join(dir, "src"));
  expect(await changes.next()).toBe(true);
  writeFileSync(join(dir, "src", "file.ts"), "");
  expect(await changes.next()).toBe(true);
  changes.close();
});

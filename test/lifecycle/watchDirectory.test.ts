import { mkdirSync, writeFileSync } from "node:fs";
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

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { homeAt } from "../../src/hall/home.js";
import { LifecycleError } from "../../src/lifecycle/error.js";
import { prepareLocked, readLock } from "../../src/lifecycle/lockFile.js";
import { homeOf, readJson } from "./project.js";

/** RFC 8032's first test key: one of small order isn't a key. */
const KEY = "ed25519:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const locked = { version: "1.0.0", artifact_digest: "a".repeat(64), signer: KEY };

async function home() {
  const ws = await homeOf();
  return homeAt(join(ws.cwd, ".hall"), ws.environment);
}

test("pins and forgets, in order of ids, and leaves the rest of the file alone", async () => {
  const at = await home();
  const file = join(at.dir, "lock.json");
  writeFileSync(file, JSON.stringify({ $schema: "mine", lock_version: 1, skills: {} }));
  prepareLocked(at, "x.b/two", locked).commit();
  prepareLocked(at, "x.a/one", locked).commit();
  expect(Object.keys(readLock(at))).toEqual(["x.a/one", "x.b/two"]);
  prepareLocked(at, "x.b/two", null).commit();
  expect(readJson(file)).toEqual({ $schema: "mine", lock_version: 1, skills: { "x.a/one": locked } });
});

test.each([
  ["an unknown member", { lock_version: 1, skills: {}, extra: 1 }, "extra"],
  ["another version", { lock_version: 2, skills: {} }, "lock_version"],
  ["no skills", { lock_version: 1 }, "skills"],
  ["an id that is none", { lock_version: 1, skills: { "../x": locked } }, "../x"],
  [
    "a digest that is none",
    { lock_version: 1, skills: { "x.a/one": { ...locked, artifact_digest: "abc" } } },
    "x.a/one",
  ],
  ["something else altogether", [], "object"],
])("refuses %s", async (_, content, named) => {
  const at = await home();
  writeFileSync(join(at.dir, "lock.json"), JSON.stringify(content));
  try {
    readLock(at);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(LifecycleError);
    expect((error as LifecycleError).code).toBe("BAD_FILE");
    expect(JSON.stringify(error)).toContain(named);
  }
});

import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { InputRefused, SkillFiles } from "../../src/build/skillFiles.js";
import { sha256Hex } from "../../src/protocol/canonical.js";
import { directoryOf } from "./skillDirectory.js";

describe("a skill's files", () => {
  test("are read once and listed in byte order", () => {
    const root = directoryOf({ "b/x.ts": "1", "a.ts": "2", "b-a.ts": "3" });
    const files = new SkillFiles(root);
    for (const path of ["b/x.ts", "./b//x.ts", join(root, "a.ts"), "b-a.ts", "b/../a.ts"]) files.read(path);
    writeFileSync(join(root, "a.ts"), "changed");
    expect(Buffer.from(files.read("a.ts").bytes).toString()).toBe("2");
    expect(files.inputs()).toEqual([
      { path: "a.ts", sha256: sha256Hex("2"), size: 1 },
      { path: "b-a.ts", sha256: sha256Hex("3"), size: 1 },
      { path: "b/x.ts", sha256: sha256Hex("1"), size: 1 },
    ]);
  });

  test("may begin with two dots", () => {
    expect(new SkillFiles(directoryOf({ "..a/x.ts": "" })).resolve("..a/x.ts")).toBe("..a/x.ts");
  });

  test("are found when the skill's own directory is a link", () => {
    const root = directoryOf({ "skill/a.ts": "1" });
    symlinkSync("skill", join(root, "link"));
    expect(new SkillFiles(join(root, "link")).read("a.ts").path).toBe("a.ts");
  });
});

describe("refused is", () => {
  const outside = (root: string) => join(dirname(root), "..");
  test.each<[string, (root: string) => string, RegExp]>([
    ["a missing file", () => "nope.ts", /no such file/],
    ["a file above", () => "../../etc/passwd", /no such file|outside/],
    ["an absolute path elsewhere", () => "/etc/passwd", /outside/],
    ["the directory above", (root) => outside(root), /outside/],
    ["the directory itself", () => ".", /outside/],
    ["a sibling with the same beginning", (root) => `${root}/../skill-x/a.ts`, /outside/],
    ["a directory", () => "src", /not a regular file/],
    ["a link out", () => "link", /outside/],
    ["a link to nothing", () => "broken", /no such file/],
    ["a file behind a linked directory", () => "dir/passwd", /outside/],
  ])("%s", (_, path, message) => {
    const parent = directoryOf({ "skill/src/a.ts": "", "skill-x/a.ts": "" });
    const root = join(parent, "skill");
    symlinkSync("/etc/passwd", join(root, "link"));
    symlinkSync("/nowhere/at/all", join(root, "broken"));
    symlinkSync("/etc", join(root, "dir"));
    const files = new SkillFiles(root);
    expect(() => files.read(path(root))).toThrow(InputRefused);
    expect(() => files.read(path(root))).toThrow(message);
    expect(files.inputs()).toEqual([]);
  });

  test("a pipe, without waiting for its writer", () => {
    const root = directoryOf({});
    execFileSync("mkfifo", [join(root, "pipe.ts")]);
    expect(() => new SkillFiles(root).read("pipe.ts")).toThrow(/not a regular file/);
  });

  test("a file over the bound, but not one of just its size", () => {
    const files = new SkillFiles(directoryOf({ a: new Uint8Array(2048), b: new Uint8Array(2049) }));
    expect(files.read("a", 2048).bytes.length).toBe(2048);
    expect(() => files.read("b", 2048)).toThrow(/larger than 2 KB/);
  });

  test("a skill that isn't a directory", () => {
    const root = directoryOf({ file: "" });
    mkdirSync(join(root, "d"));
    expect(() => new SkillFiles(join(root, "file"))).toThrow(/not a directory/);
    expect(() => new SkillFiles(join(root, "nope"))).toThrow(/no such file/);
  });
});

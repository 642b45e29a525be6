import { describe, expect, test } from "vitest";
import { containmentFlags } from "../../src/run/flags.js";

const NODE_20 = [
  "--experimental-permission",
  "--no-addons",
  "--no-warnings",
  "--disable-proto",
  "--disallow-code-generation-from-strings",
  "--experimental-vm-modules",
  "--max-old-space-size",
];
const NODE_24 = [...NODE_20.slice(1), "--permission", "--no-experimental-sqlite", "--disable-sigusr1"];
const bare = { memory_mb: 64, data_dir: null, writes: false };

describe("containmentFlags", () => {
  test("speaks each version's own flags", () => {
    const old = containmentFlags(bare, new Set(NODE_20));
    expect(old).toContain("--experimental-permission");
    expect(old.join(" ")).not.toMatch(/sqlite|sigusr1|allow-fs/);
    const recent = containmentFlags(bare, new Set(NODE_24));
    expect(recent).toEqual(
      expect.arrayContaining(["--permission", "--no-experimental-sqlite", "--disable-sigusr1"]),
    );
    expect(recent).toEqual(
      expect.arrayContaining(["--disable-proto=delete", "--max-old-space-size=64", "--no-addons"]),
    );
  });

  test("refuses a Node without a flag that containment rests on, naming it", () => {
    for (const flag of NODE_20) {
      const known = new Set(NODE_20.filter((other) => other !== flag));
      expect(() => containmentFlags(bare, known)).toThrow(
        flag.replace("experimental-permission", "permission"),
      );
    }
  });

  test("grants the data directory to read, and to write only when the envelope says so", () => {
    const dir = { memory_mb: 64, data_dir: "/state/data" };
    const reads = containmentFlags({ ...dir, writes: false }, new Set(NODE_20));
    expect(reads).toContain("--allow-fs-read=/state/data/*");
    expect(reads.join(" ")).not.toContain("--allow-fs-write");
    expect(containmentFlags({ ...dir, writes: true }, new Set(NODE_20))).toContain(
      "--allow-fs-write=/state/data/*",
    );
  });

  test("refuses a directory whose name would be a pattern", () => {
    for (const data_dir of ["/state/*", "/a,/etc"]) {
      expect(() => containmentFlags({ ...bare, data_dir }, new Set(NODE_20))).toThrow("data directory");
    }
  });
});

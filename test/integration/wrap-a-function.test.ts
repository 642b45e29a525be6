import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { dist } from "../setup/dist.js";

describe("examples/wrap-a-function", async () => {
  const { root } = await dist();
  const example = join(root, "examples/wrap-a-function/wrap.mjs");

  test("one call runs, one is denied, one waits for a yes and runs once", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [example], { timeout: 60_000 });
    expect(stdout.trimEnd().split("\n")).toEqual([
      "alice's balance: done 100",
      expect.stringMatching(/^wiping all accounts: denied DENY_/),
      'paying bob: held, transfer {"amount":30,"from":"alice","to":"bob"}',
      'paying bob more: held, transfer {"amount":90,"from":"alice","to":"bob"}',
      'paying bob: done {"from":70,"to":50}',
      'paying bob again: held, transfer {"amount":30,"from":"alice","to":"bob"}',
      "on record: 6 decisions",
      "verified: true",
    ]);
  });

  test("says how it is run", () => {
    expect(readFileSync(example, "utf8")).toContain("node examples/wrap-a-function/wrap.mjs");
  });
});

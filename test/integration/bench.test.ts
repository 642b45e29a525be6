import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { dist } from "../setup/dist.js";

// What the numbers are is nobody's business here: a test that depends on speed fails on somebody else's machine.
test("the bench measures every row, and says so as JSON", { timeout: 300_000 }, async () => {
  const { root } = await dist();
  const bench = join(root, "test/bench/bench.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [bench, "--quick", "--json"]);
  const { node, quick, rows } = JSON.parse(stdout);
  expect({ node, quick }).toEqual({ node: process.version, quick: true });
  expect(rows.length).toBe(15);
  expect(new Set(rows.map(({ id }: { id: string }) => id)).size).toBe(rows.length);
  for (const row of rows) {
    expect(row).toMatchObject({
      what: expect.any(String),
      goal: expect.stringMatching(/^(?:[<>]= )?\d+(?:\.\d+)?$/),
      measured: expect.any(Number),
      verdict: expect.stringMatching(/^(?:hit|MISS)$/),
    });
  }
});

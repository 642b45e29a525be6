import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { dist } from "../setup/dist.js";

test("examples/mcp-client lists, calls, is denied, and finds its records", async () => {
  const { root, cli } = await dist();
  const run = async (args: readonly string[], env: NodeJS.ProcessEnv = process.env) =>
    (await promisify(execFile)(process.execPath, [...args], { cwd: root, env })).stdout;
  const story = JSON.parse((await run(["examples/mcp-client/client.mjs", "--json"])).trim());
  expect(story.tools).toEqual(["search_notes", "add_note", "hall_why", "hall_may_i", "hall_standing"]);
  expect(
    story.calls.map(({ outcome, code }: { outcome: string; code: string | null }) => [outcome, code]),
  ).toEqual([
    ["done", null],
    ["denied", "DENY_INVALID_INPUT"],
    ["held", "DENY_REQUIRES_HUMAN_APPROVAL"],
    ["denied", "DENY_UNKNOWN_SKILL"],
  ]);
  for (const { record_id } of story.calls)
    expect(await run([cli, "audit", "query", "--id", record_id, "--json"], story.env)).toContain(record_id);
  rmSync(story.dir, { recursive: true, force: true });
});

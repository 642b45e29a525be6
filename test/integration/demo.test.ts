import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { dist } from "../setup/dist.js";

type Story = {
  readonly ok: boolean;
  readonly home: string;
  readonly state: string;
  readonly steps: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly record_id: string;
    readonly code?: string;
  }[];
};

describe("the quickstart", async () => {
  const { root, cli } = await dist();
  const page = readFileSync(join(root, "examples/quickstart/README.md"), "utf8");
  const commands = [...page.matchAll(/```sh\n(.*)\n```/g)].map(([, command]) => command ?? "");
  const homes: string[] = [];
  afterAll(() => {
    for (const home of homes) rmSync(dirname(home), { recursive: true, force: true });
  });

  const run = async (command: string) =>
    (await promisify(execFile)("bash", ["-c", command], { cwd: root, timeout: 120_000 })).stdout;

  test("is readable, asks nothing and ends well", async () => {
    const story = await run(commands[0] ?? "");
    for (const seen of ["DENY_INVALID_INPUT", "APPROVAL_REQUIRED", "DENY_SKILL_REVOKED", "nothing missing"]) {
      expect(story).toContain(seen);
    }
    homes.push(/HALL_HOME=(\S+)/.exec(story)?.[1] ?? "");
  });

  test("ends, for programs, with one line whose records can all be found", async () => {
    const lines = (await run(commands[1] ?? "")).trimEnd().split("\n");
    const story = JSON.parse(lines.at(-1) ?? "") as Story;
    homes.push(story.home);
    expect(story.ok).toBe(true);
    const outcomes = story.steps.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["allowed", "denied", "held", "approved", "revoked", "verified"]);

    const env = { ...process.env, HALL_HOME: story.home, HALL_STATE: story.state };
    for (const { record_id } of story.steps) {
      const query = [cli, "audit", "query", "--id", record_id, "--json"];
      const { stdout } = await promisify(execFile)(process.execPath, query, { env });
      expect(stdout).toContain(`"record_id":"${record_id}"`);
    }
    const { stdout } = await promisify(execFile)(process.execPath, [cli, "audit", "verify", "--json"], {
      env,
    });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
  });
});

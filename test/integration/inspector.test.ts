import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeProject, type Project } from "../setup/project.js";

/** The MCP Inspector's CLI; .ci/run installs it outside the repository. */
const INSPECTOR = process.env["HALL_INSPECTOR"] ?? "";
const why = existsSync(INSPECTOR)
  ? ""
  : " (skipped: HALL_INSPECTOR names no Inspector; .ci/run installs one)";

describe.skipIf(why !== "")(`the MCP Inspector's CLI${why}`, () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeProject();
    await project.installNotes();
  });
  afterAll(() => project.remove());

  async function inspect(...args: string[]): Promise<{ code: number; answer: { [name: string]: unknown } }> {
    const server = [process.execPath, project.cli, "mcp", "--home", project.home];
    try {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [INSPECTOR, "--cli", "-e", `HALL_STATE=${project.state}`, ...server, ...args],
        { env: project.environment, timeout: 60_000 },
      );
      return { code: 0, answer: JSON.parse(stdout) };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      if (stdout === "") throw new Error(`exit ${code}: ${stderr}`);
      return { code, answer: JSON.parse(stdout) };
    }
  }

  test("lists the governed tools", async () => {
    const { answer } = await inspect("--method", "tools/list");
    const names = (answer["tools"] as { name: string }[]).map((tool) => tool.name);
    expect(names).toEqual(["search_notes", "add_note", "hall_why", "hall_may_i", "hall_standing"]);
  });

  test("calls one, and shows its result", async () => {
    const { code, answer } = await inspect(
      "--method",
      "tools/call",
      "--tool-name",
      "search_notes",
      "--tool-arg",
      "query=tea",
    );
    expect({ code, answer }).toMatchObject({ code: 0, answer: { structuredContent: { hits: [] } } });
  });

  test("shows a denial as an error with its code", async () => {
    const { code, answer } = await inspect(
      "--method",
      "tools/call",
      "--tool-name",
      "search_notes",
      "--tool-args-json",
      "{}",
    );
    expect(code).toBe(5);
    expect(JSON.stringify(answer)).toContain("DENY_INVALID_INPUT");
  });

  test("sees the tool go when another process revokes it", async () => {
    await project.hall("skill", "revoke", "org.acme/notes", "--reason", "test");
    const { answer } = await inspect("--method", "tools/list");
    expect(JSON.stringify(answer)).not.toContain("search_notes");
  });
});

/*
 * A project to be a client of: a temporary home with the notes skill built, certified and installed, and allowed by
 * rules that let search_notes run and hold add_note until a person approves.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The command, as an MCP client's configuration would name it: absolute. */
export const HALL = fileURLToPath(new URL("../../dist/cli/hall.mjs", import.meta.url));

/** Where the project lies, and the environment that names its home. */
export async function makeProject() {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "hall-client-")));
  const env = { PATH: process.env.PATH, HALL_HOME: join(dir, ".hall"), HALL_STATE: join(dir, "state") };
  cpSync(fileURLToPath(new URL("../../skills/notes", import.meta.url)), join(dir, "notes"), {
    recursive: true,
  });
  for (const command of [
    "init --namespace org.acme --yes",
    "skill build notes",
    "skill certify notes",
    "skill publish notes",
    "skill install org.acme/notes --allow dev --yes",
  ])
    await promisify(execFile)(process.execPath, [HALL, ...command.split(" ")], { cwd: dir, env });
  return { dir, env };
}

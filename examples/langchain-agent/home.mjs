/*
 * A home to play in, in a temporary directory: skills/notes built, certified, published and installed there, as its
 * operator would with `hall`. Searching notes is allowed; adding one waits for a person.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const HALL = fileURLToPath(new URL("../../dist/cli/hall.mjs", import.meta.url));
const NOTES = fileURLToPath(new URL("../../skills/notes", import.meta.url));

export async function makeHome() {
  const project = realpathSync(mkdtempSync(join(tmpdir(), "hall-langchain-")));
  const home = join(project, ".hall");
  const environment = { ...process.env, HALL_HOME: home, HALL_STATE: join(project, "state"), NO_COLOR: "1" };

  /** Runs one `hall` command as a person at a terminal would. */
  async function hall(...args) {
    const options = { cwd: project, env: environment };
    const { stdout } = await promisify(execFile)(process.execPath, [HALL, ...args, "--json"], options);
    return JSON.parse(stdout.trimEnd().split("\n").at(-1));
  }
  await hall("init", "--namespace", "org.acme", "--yes");
  cpSync(NOTES, join(project, "notes"), { recursive: true });
  await hall("skill", "certify", "notes");
  await hall("skill", "publish", "notes");
  await hall("skill", "install", "org.acme/notes", "--allow", "dev", "--yes");
  return { home, environment, hall, remove: () => rmSync(project, { recursive: true, force: true }) };
}

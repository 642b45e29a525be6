/*
 * A home to play in, in a temporary directory: skills/notes built, certified, published and installed there, as its
 * operator would with `hall`. Searching notes is allowed; adding one needs the yes of whoever the agent works for.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
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

  // The rule that came with it wants an approver's signature; in this home the asking person's own yes is enough.
  const rules = join(home, "rules.json");
  const written = JSON.parse(readFileSync(rules, "utf8"));
  for (const { decision } of written.rules) {
    if (decision.escalation?.human_required_default) decision.escalation.approval = "confirm";
  }
  writeFileSync(rules, JSON.stringify(written, null, 2));
  await hall("apply", "--yes");
  return {
    project,
    home,
    environment,
    hall,
    remove: () => rmSync(project, { recursive: true, force: true }),
  };
}

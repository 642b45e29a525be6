import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { dist } from "./dist.js";

const NOTES = fileURLToPath(new URL("../../skills/notes", import.meta.url));

/** A user's project in a temporary directory, with the built `hall` at hand. */
export type Project = {
  readonly dir: string;
  readonly home: string;
  readonly state: string;
  /** The built command, to be run by node. */
  readonly cli: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Runs one command as a user would, and gives its JSON answer and exit code. */
  hall(
    ...args: string[]
  ): Promise<{ readonly code: number; readonly answer: unknown; readonly stderr: string }>;
  /** skills/notes built, certified, published, installed and allowed: searching runs, adding is held. */
  installNotes(): Promise<void>;
  remove(): void;
};

/** Makes a project whose home is `org.acme`'s. */
export async function makeProject(): Promise<Project> {
  const { cli } = await dist();
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "hall-project-")));
  const state = join(dir, "state");
  const home = join(dir, ".hall");
  const environment = { PATH: process.env["PATH"] ?? "", HOME: dir, HALL_STATE: state, NO_COLOR: "1" };

  async function hall(...args: string[]) {
    try {
      const run = await promisify(execFile)(process.execPath, [cli, ...args, "--json"], {
        cwd: dir,
        env: environment,
        timeout: 60_000,
      });
      return { code: 0, answer: parse(run.stdout), stderr: run.stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, answer: parse(stdout), stderr };
    }
  }
  const must = async (...args: string[]) => {
    const { code, answer, stderr } = await hall(...args);
    if (code !== 0)
      throw new Error(`hall ${args.join(" ")}: exit ${code}\n${JSON.stringify(answer)}\n${stderr}`);
  };
  await must("init", "--namespace", "org.acme", "--yes");
  return {
    dir,
    home,
    state,
    cli,
    environment,
    hall,
    async installNotes() {
      cpSync(NOTES, join(dir, "notes"), { recursive: true });
      await must("skill", "certify", "notes");
      await must("skill", "publish", "notes");
      await must("skill", "install", "org.acme/notes", "--allow", "dev", "--yes");
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** One JSON document, or one a line. */
function parse(text: string): unknown {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.length === 1
    ? JSON.parse(lines[0] as string)
    : lines.map((line) => JSON.parse(line) as unknown);
}

import { spawn } from "node:child_process";
import { cp, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { dist } from "../setup/dist.js";

/** How a command ended. */
export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A project of its own, with state and user directory of its own, in which the built command runs. */
export type Desk = {
  readonly dir: string;
  /** `process.execPath` and the command, for whoever starts it otherwise. */
  readonly command: readonly [string, string];
  readonly environment: Readonly<Record<string, string>>;
  hall(...args: readonly string[]): Promise<Ended>;
  /** With `--json`: the one document on stdout. */
  json(...args: readonly string[]): Promise<{ readonly code: number | null; readonly document: Document }>;
  close(): Promise<void>;
};

// biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every shape
type Document = any;

export async function openDesk(): Promise<Desk> {
  const { cli, root } = await dist();
  const dir = await realpath(await mkdtemp(join(tmpdir(), "hall-cli-")));
  await cp(join(root, "skills/notes"), join(dir, "notes"), { recursive: true });
  const environment = {
    PATH: process.env["PATH"] ?? "",
    HOME: join(dir, "user"),
    HALL_STATE: join(dir, "state", "home"),
  };
  const hall = async (...args: readonly string[]): Promise<Ended> => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: dir, env: environment });
    child.stdin.end();
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, stdout, stderr };
  };
  return {
    dir,
    command: [process.execPath, cli],
    environment,
    hall,
    async json(...args) {
      const { code, stdout } = await hall(...args, "--json");
      return { code, document: JSON.parse(stdout) };
    },
    close: () => rm(dir, { recursive: true, force: true }),
  };
}

/** A desk with a home in which skills/notes is installed and allowed. */
export async function openNotesDesk(): Promise<Desk> {
  const desk = await openDesk();
  const steps = [
    ["init", "--namespace", "org.acme", "--yes"],
    ["skill", "build", "notes"],
    ["skill", "certify", "notes"],
    ["skill", "publish", "notes"],
    ["skill", "install", "org.acme/notes", "--allow", "dev", "--yes"],
  ];
  for (const step of steps) {
    const { code, stderr } = await desk.hall(...step);
    if (code !== 0) throw new Error(`hall ${step.join(" ")}: exit ${code}\n${stderr}`);
  }
  return desk;
}

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";

/** worker.ts as a program of its own. */
export type Worker = {
  readonly start: (args: readonly (string | number)[]) => Running;
  readonly remove: () => void;
};
export type Running = { readonly child: ChildProcess; readonly ended: Promise<readonly string[]> };

/** Bundles worker.ts; packages are taken from the project. */
export async function makeWorker(): Promise<Worker> {
  const dir = mkdtempSync(join(tmpdir(), "hall-worker-"));
  const outfile = join(dir, "worker.mjs");
  await build({
    entryPoints: [resolve("test/records/worker.ts")],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
  symlinkSync(resolve("node_modules"), join(dir, "node_modules"));
  return {
    remove: () => rmSync(dir, { recursive: true, force: true }),
    start(args) {
      const child = spawn(process.execPath, [outfile, ...args.map(String)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.on("data", (chunk) => {
        text += chunk;
      });
      // What stands after the last newline was torn by a kill.
      const ended = new Promise<readonly string[]>((done) => {
        child.on("close", () => done(text.split("\n").slice(0, -1)));
      });
      return { child, ended };
    },
  };
}

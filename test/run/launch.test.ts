import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findLauncher } from "../../src/run/launch.js";

let dir = "";
beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), "hall-launch-")));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A program that runs this handler, prints what it logs, and stays or ends as a CLI does: without closing anything. */
async function startHall(name: string, handler: string, stays = false): Promise<ChildProcess> {
  const entry = join(dir, `${name}.ts`);
  await writeFile(
    entry,
    `import { jobOf } from ${JSON.stringify(resolve("test/run/job.ts"))};
     import { openRunner } from ${JSON.stringify(resolve("src/run/runner.ts"))};
     const result = await openRunner().run(jobOf(${JSON.stringify(handler)}, { onLog: console.log, limits: { timeout_ms: 1e6 } }));
     console.log("ok " + result.ok);
     if (${stays}) setInterval(() => {}, 1e6);`,
  );
  const outfile = join(dir, `${name}.mjs`);
  const stub = { name: "vitest", setup: stubVitest };
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    plugins: [stub],
  });
  return spawn(process.execPath, [outfile], { stdio: ["ignore", "pipe", "inherit"] });
}

/** job.ts closes runners after each test; here is no test. */
function stubVitest(build: import("esbuild").PluginBuild): void {
  build.onResolve({ filter: /^vitest$/ }, () => ({ path: "vitest", namespace: "stub" }));
  build.onLoad({ filter: /.*/, namespace: "stub" }, () => ({
    contents: "export const afterEach = () => {}",
  }));
}

/** The first number that the program prints: the handler's process. */
async function firstPid({ stdout }: ChildProcess): Promise<number> {
  let text = "";
  for await (const chunk of stdout ?? []) {
    text += String(chunk);
    if (/^\d+\n/.test(text)) return Number.parseInt(text, 10);
  }
  throw new Error(`no pid in ${text}`);
}

const gone = (pid: number) =>
  vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), { timeout: 30_000, interval: 20 });

describe("when the Hall's process ends", () => {
  test("by itself, it waits for nothing and leaves nothing", async () => {
    const hall = await startHall("ends", "export default (_, { log }) => { log(process.pid); return 1; }");
    const ended = new Promise((done) => hall.once("exit", done));
    const pid = await firstPid(hall);
    expect(await ended).toBe(0);
    await gone(pid);
  });

  test("killed with SIGKILL, a waiting child goes too", async () => {
    const hall = await startHall(
      "waits",
      "export default (_, { log }) => { log(process.pid); return new Promise((r) => setTimeout(r, 1e6)); }",
    );
    const pid = await firstPid(hall);
    hall.kill("SIGKILL");
    await gone(pid);
  });

  test("killed with SIGKILL, a child that stands still between calls goes too", async () => {
    const hall = await startHall(
      "idle",
      "export default (_, { log }) => { log(process.pid); return 1; }",
      true,
    );
    const pid = await firstPid(hall);
    hall.kill("SIGKILL");
    await gone(pid);
  });

  test("killed with SIGKILL, a busy child goes too where setpriv is", async ({ skip }) => {
    if ((await findLauncher()).length === 0) skip("no setpriv with --pdeathsig here: see launch.ts");
    const hall = await startHall("busy", "export default (_, { log }) => { log(process.pid); for (;;); }");
    const pid = await firstPid(hall);
    hall.kill("SIGKILL");
    await gone(pid);
  });
});

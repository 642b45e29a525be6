import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Containment } from "../protocol/facts.js";
import { containmentFlags } from "./flags.js";
import { canWatchMemory } from "./memory.js";
import { spawnContained } from "./spawn.js";

/** Everything that the canary tries. */
const TRIES = ["read", "write", "sqlite", "spawn", "worker", "addons", "eval", "kill", "tcp"] as const;
export type Try = (typeof TRIES)[number];

/** What Node's flags are known not to stop; anything else that succeeds means that they don't hold here. */
const EXPECTED: readonly Try[] = ["kill", "tcp"];
const FILES: readonly Try[] = ["read", "write", "sqlite", "addons"];
const PROCESSES: readonly Try[] = ["spawn", "worker", "addons", "eval"];

const DEADLINE_MS = 20_000;
const MAX_REPORT = 4_096;

/** The canary couldn't be asked, so nothing is known. */
export class CanaryError extends Error {
  override readonly name = "CanaryError";
}

/**
 * Does everything that a handler must not, and writes to fd 4 the names of what wasn't stopped. Only the codes given
 * count as stopped: a file that isn't there or a disk that is read-only proves nothing. argv: a path to write to.
 */
const CANARY = `
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import { Worker } from "node:worker_threads";
const path = process.argv[1];
const worked = [];
async function attempt(name, stoppedBy, act) {
  try { await act(); worked.push(name); } catch (error) { if (!stoppedBy.includes(error.code ?? error.name)) worked.push(name); }
}
const denied = ["ERR_ACCESS_DENIED"];
await attempt("read", denied, () => fs.closeSync(fs.openSync(process.execPath)));
await attempt("write", denied, () => fs.writeFileSync(path, "canary"));
await attempt("sqlite", [...denied, "ERR_UNKNOWN_BUILTIN_MODULE"], async () => {
  const { DatabaseSync } = await import("node:sqlite");
  new DatabaseSync(path + ".db").exec("create table canary (x)");
});
await attempt("spawn", denied, () => { const { error } = spawnSync(process.execPath, ["--version"]); if (error) throw error; });
await attempt("worker", denied, () => new Worker("", { eval: true }).terminate());
await attempt("addons", [...denied, "ERR_DLOPEN_DISABLED"], () => process.dlopen({ exports: {} }, path));
await attempt("eval", ["EvalError"], () => new Function("return 1")());
await attempt("kill", ["EPERM", "ESRCH"], () => process.kill(process.ppid, 0));
await attempt("tcp", denied, () => new Promise((resolve, reject) => {
  setTimeout(resolve, 1000);
  net.connect(9, "127.0.0.1").on("connect", resolve).on("error", reject);
}));
fs.writeSync(4, JSON.stringify(worked));
process.reallyExit(0);
`;

/**
 * Runs one child under the flags of every handler, without a data directory, and returns what it could still do.
 * Takes about 70 ms. Throws CanaryError, FlagsError or SpawnError when that can't be found out.
 */
export async function runCanary(command: readonly string[]): Promise<readonly Try[]> {
  const flags = containmentFlags({ memory_mb: 64, data_dir: null, writes: false });
  const path = join(tmpdir(), `hall-canary-${randomUUID()}`);
  const child = await spawnContained(command, [...flags, "--input-type=module", "-e", CANARY, path]);
  const deadline = setTimeout(() => child.killNow(), DEADLINE_MS);
  let text = "";
  const closed = new Promise((resolve) => child.output.once("close", resolve));
  child.output.on("data", (chunk: Buffer) => {
    text = (text + chunk.toString("latin1")).slice(0, MAX_REPORT);
  });
  for (const stream of child.printed) stream.resume();
  const ending = await child.exit;
  await closed;
  clearTimeout(deadline);
  for (const left of [path, `${path}.db`]) rmSync(left, { force: true });
  if (text === "") throw new CanaryError(`the trial of containment gave no answer: it ${ending}`);
  return parseReport(text);
}

function parseReport(text: string): readonly Try[] {
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) ? TRIES.filter((name) => names.includes(name)) : TRIES;
  } catch {
    return TRIES;
  }
}

/** What the flags should have stopped and didn't; not empty means that nothing may run. */
export function unexpected(worked: readonly Try[]): readonly Try[] {
  return worked.filter((name) => !EXPECTED.includes(name));
}

/** The facts that a trial supports. One blocked TCP connection or signal proves less than all of them blocked: partial. */
export function containmentOf(
  worked: readonly Try[],
  watchesMemory: boolean = canWatchMemory(),
): Containment {
  const any = (names: readonly Try[]) => names.some((name) => worked.includes(name));
  return {
    network: any(["tcp"]) ? "none" : "partial",
    files: any(FILES) ? "none" : "enforced",
    processes: any(PROCESSES) ? "none" : "enforced",
    memory: watchesMemory ? "enforced" : "partial",
    signals: any(["kill"]) ? "none" : "partial",
  };
}

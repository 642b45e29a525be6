import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/** A process group of its own, with its pipes: 1 and 2 are what it prints, 3 goes in, 4 comes out. */
export type Contained = {
  readonly pid: number;
  readonly printed: readonly Readable[];
  /** The second of them, where V8's last words go. */
  readonly errors: Readable;
  readonly input: Writable;
  readonly output: Readable;
  /** Resolves when the process is gone, to how it went; never waits for pipes, which a grandchild could hold. */
  readonly exit: Promise<string>;
  /** SIGKILL to the group; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Stops the group where it stands, or lets it go on. A stopped one still dies by SIGKILL, and by nothing gentler. */
  pause(): void;
  resume(): void;
  /** SIGKILL to the group without waiting, for when this process is about to end itself. */
  killNow(): void;
};

/** The program couldn't be started. */
export class SpawnError extends Error {
  override readonly name = "SpawnError";
}

/** An unkillable process (stuck in the kernel) isn't waited for any longer. */
const KILL_WAIT_MS = 5_000;

/**
 * Starts a command (program and first arguments) with an empty environment, no terminal, no IPC channel and `/` as its directory (so no core file
 * lands in the user's). It keeps this process alive only while it is being killed; whoever waits for an answer holds
 * a timer. Throws SpawnError.
 */
export async function spawnContained(
  command: readonly string[],
  args: readonly string[],
): Promise<Contained> {
  const child = start([...command, ...args]);
  const { pid } = child;
  const [, printed, errors, input, output] = child.stdio;
  for (const stream of child.stdio) {
    stream?.on("error", () => {}); // EPIPE and the like: `exit` says what happened
    (stream as { unref?: () => void } | null)?.unref?.();
  }
  const exit = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) =>
      resolve(signal === null ? `exited with code ${code}` : `was ended by ${signal}`),
    );
  });
  if (pid === undefined) {
    throw new SpawnError(
      await new Promise<string>((resolve) => child.once("error", (error) => resolve(error.message))),
    );
  }
  child.on("error", () => {});
  child.unref();
  const signal = (name: "SIGKILL" | "SIGSTOP" | "SIGCONT") => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-pid, name);
    } catch {
      child.kill(name);
    }
  };
  const killNow = () => signal("SIGKILL");
  return {
    pid,
    printed: [printed as Readable, errors as Readable],
    errors: errors as Readable,
    input: input as Writable,
    output: output as Readable,
    exit,
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
    killNow,
    async kill() {
      child.ref();
      killNow();
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, KILL_WAIT_MS);
      });
      await Promise.race([exit, tooLong]);
      clearTimeout(timer);
    },
  };
}

function start([program = "", ...args]: readonly string[]): ChildProcess {
  try {
    return spawn(program, args, {
      cwd: "/",
      env: {},
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      windowsHide: true,
    });
  } catch (error) {
    throw new SpawnError(String(error));
  }
}

import { bootProgram } from "./boot.js";
import type { Call } from "./call.js";
import { makeCalls } from "./calls.js";
import { type Allowance, containmentFlags } from "./flags.js";
import { encodeFrame, FrameError, readFrames } from "./frames.js";
import { diesWithParent } from "./launch.js";
import { watchMemory } from "./memory.js";
import { type Contained, SpawnError, spawnContained } from "./spawn.js";
import { type Failure, failure } from "./types.js";

/** One contained process and the calls that run in it. */
export type Child = {
  /** Resolves when it can take calls; rejects with SpawnError when it never will. */
  readonly ready: Promise<void>;
  /** How many calls run in it. */
  readonly running: number;
  /** False from the first doubt about it on: it gets no further call. */
  readonly fit: boolean;
  /** Whether any of the skill's code was ever in it. */
  readonly used: boolean;
  /** Whether the handler that it has, or would get, for this tool is exactly these bytes. */
  holds(tool: string, source: Uint8Array): boolean;
  start(call: Call, source: Uint8Array): void;
  /** It may finish what runs in it and gets no further call. */
  retire(): void;
  /** Ends it and whatever runs in it, for this reason, and resolves when it is gone. */
  stop(reason: Failure): Promise<void>;
  /** The same without waiting or answering anybody, for when this process is about to end. */
  killNow(): void;
};

export type ChildOptions = Allowance & {
  /** The Node that runs it, and what that is started through. */
  readonly command: readonly string[];
  /** Whether the skill may use the network in any way. */
  readonly network: boolean;
  readonly graceMs: number;
  /** Called when a call has ended, and when the child is gone. */
  readonly onChange: () => void;
};

/** A machine under load takes seconds to start Node; this is for one that never will. */
const BOOT_MS = 30_000;
/** A child that has been without a call for so long is stopped where it stands: two signals cost more than a call. */
const PAUSE_MS = 50;
/** How long a dead child's last words may take to arrive. */
const DRAIN_MS = 500;
/** V8 says so before it aborts, and Node prints a native stack after it. A handler can print the same: it is a hint. */
const HEAP_FULL = /fatal.*out of memory/i;
const LAST_COMPLAINTS = 8_192;

/**
 * Starts one child. Between calls it is stopped (SIGSTOP), so nothing that a handler left behind runs without a
 * decision; only where a stopped child still dies with this process (launch.ts), or it would outlive a killed Hall.
 * Throws FlagsError or SpawnError.
 */
export async function openChild(options: ChildOptions): Promise<Child> {
  const flags = containmentFlags(options);
  const program = bootProgram(options.network);
  const contained = await spawnContained(options.command, [...flags, "--input-type=module", "-e", program]);
  const pausable = diesWithParent(options.command);
  let pausing: NodeJS.Timeout | undefined;
  let paused = false;
  const pauseSoon = () => {
    pausing = setTimeout(() => {
      paused = true;
      contained.pause();
    }, PAUSE_MS).unref();
  };
  const resume = () => {
    clearTimeout(pausing);
    if (paused) contained.resume();
    paused = false;
  };
  let fit = true;
  let used = false;
  const retire = () => {
    fit = false;
  };
  const stop = async (reason: Failure) => {
    fit = false;
    calls.condemn(reason);
    await contained.kill();
    calls.endAll(reason);
  };
  const calls = makeCalls({
    data_dir: options.data_dir,
    graceMs: options.graceMs,
    send: (header, payload) => void contained.input.write(encodeFrame(header, payload)),
    stop: (reason) => void stop(reason),
    retire,
    onEnd() {
      options.onChange();
      if (pausable && fit && calls.size === 0) pauseSoon();
    },
  });

  let booted = () => {};
  const ready = started(contained, (done) => {
    booted = done;
  });
  const read = readFrames(calls.bound, (frame) =>
    frame.header.t === "ready" ? booted() : calls.receive(frame),
  );
  contained.output.on("data", (chunk: Uint8Array) => {
    try {
      read(chunk);
    } catch (error) {
      const large = error instanceof FrameError && error.code === "TOO_LARGE";
      contained.output.destroy();
      stop(
        failure(
          large ? "OUTPUT_TOO_LARGE" : "OUTPUT_INVALID",
          `the process wrote ${(error as Error).message}`,
        ),
      );
    }
  });
  let complaints = "";
  for (const [from, stream] of contained.printed.entries()) {
    stream.on("data", (chunk: Buffer) => calls.print(chunk, from));
  }
  contained.errors.on("data", (chunk: Buffer) => {
    complaints = (complaints + chunk.toString("latin1")).slice(-LAST_COMPLAINTS);
  });
  const stopWatching = watchMemory(contained.pid, options.memory_mb, (mb) => {
    stop(
      failure(
        "HANDLER_EXITED",
        `used ${mb} MiB of memory; the limit is ${options.memory_mb} beside Node's own`,
      ),
    );
  });
  contained.exit.then(async (how) => {
    fit = false;
    clearTimeout(pausing);
    stopWatching();
    if (calls.size > 0) await drained(contained);
    const why = HEAP_FULL.test(complaints)
      ? `ran out of memory: the limit is ${options.memory_mb} MiB of heap`
      : `the process ${how} before it answered`;
    calls.endAll(failure("HANDLER_EXITED", why));
    options.onChange();
  });

  return {
    ready,
    get running() {
      return calls.size;
    },
    get fit() {
      return fit;
    },
    get used() {
      return used;
    },
    holds: calls.holds,
    start(call, source) {
      used = true;
      resume();
      calls.start(call, source);
    },
    retire,
    stop,
    killNow: contained.killNow,
  };
}

function started({ exit, kill }: Contained, onReady: (done: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const tooLong = setTimeout(() => {
      reject(new SpawnError("the contained process didn't start in time"));
      kill();
    }, BOOT_MS);
    onReady(() => {
      clearTimeout(tooLong);
      resolve();
    });
    exit.then((how) => {
      clearTimeout(tooLong);
      reject(new SpawnError(`the contained process ${how} before it was ready`));
    });
  });
}

/** Waits for what a dead child wrote last; not for ever, since a grandchild could hold the pipes. */
async function drained({ output, printed }: Contained): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_MS);
  });
  const closed = [output, ...printed].map(
    (stream) => new Promise<void>((resolve) => (stream.closed ? resolve() : stream.once("close", resolve))),
  );
  await Promise.race([Promise.all(closed), tooLong]);
  clearTimeout(timer);
}

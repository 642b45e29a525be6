import type { Call } from "./call.js";
import { abortFailure } from "./calls.js";
import { type Child, openChild } from "./child.js";
import { prepareDataDirectory } from "./data.js";
import { type Failure, failure } from "./types.js";

/** The calls of one (artifact, tenant, env): at most one child at a time, and those who wait for it. */
export type Lane = {
  submit(call: Call): void;
  /** What runs may finish; its child ends then, or now, and whoever comes after gets a new one. */
  retire(): void;
  close(): Promise<void>;
  killNow(): void;
};

export type LaneOptions = {
  readonly command: () => Promise<readonly string[]>;
  readonly memory_mb: number;
  /** As the job names it, not yet looked at; null for none. */
  readonly data_dir: string | null;
  readonly writes: boolean;
  readonly network: boolean;
  readonly idleMs: number;
  readonly graceMs: number;
  /** Resolves when this machine's containment has been tried and holds; rejects with why not. */
  readonly admitted: () => Promise<void>;
  /** Called when neither child nor call is left. */
  readonly onEmpty: () => void;
};

type Waiting = { readonly call: Call; readonly source: Uint8Array; readonly giveUp: () => void };

/** More waiting calls than this are refused at once rather than late. */
const MAX_WAITING = 256;

const IDLE = failure("RUNNER_UNAVAILABLE", "the process was idle");
const CLOSED = failure("RUNNER_UNAVAILABLE", "the runner was closed");
const STOPPED = failure("CANCELLED", "the Hall closed while the handler ran");

export function openLane(options: LaneOptions): Lane {
  let waiting: Waiting[] = [];
  let child: Child | undefined;
  let starting: Promise<void> | undefined;
  let leaving: Promise<void> | undefined;
  let idle: NodeJS.Timeout | undefined;
  let closed = false;

  const refuseWaiting = (reason: Failure) => {
    for (const { call, giveUp } of waiting.splice(0)) {
      call.job.signal?.removeEventListener("abort", giveUp);
      call.end(reason);
    }
  };

  const leave = (reason: Failure) => {
    const old = child;
    leaving ??= (async () => {
      await old?.stop(reason);
      child = undefined;
      leaving = undefined;
      pump();
    })();
    return leaving;
  };

  const start = async () => {
    try {
      const data_dir = options.data_dir === null ? null : await prepareDataDirectory(options.data_dir);
      child = await openChild({ ...options, command: await options.command(), data_dir, onChange: pump });
      await Promise.all([child.ready, options.admitted()]);
    } catch (error) {
      const reason = failure("RUNNER_UNAVAILABLE", error instanceof Error ? error.message : String(error));
      refuseWaiting(reason);
      await child?.stop(reason);
      child = undefined;
    }
    starting = undefined;
    pump();
  };

  /** The one place where something begins or ends; called after every change. */
  function pump(): void {
    clearTimeout(idle);
    if (starting !== undefined || leaving !== undefined) return;
    if (child === undefined) {
      if (waiting.length > 0) starting = start();
      else options.onEmpty();
      return;
    }
    for (let next = waiting[0]; next !== undefined && child.fit; next = waiting[0]) {
      const { call, source } = next;
      const { alone = false, tool, limits } = call.job;
      if (child.running >= Math.max(1, limits.concurrency)) return;
      if (alone && child.used) break; // what ran there may have changed what this one would run on
      if (!child.holds(tool, source)) break; // other bytes under this digest never enter the same process
      waiting.shift();
      call.job.signal?.removeEventListener("abort", next.giveUp);
      child.start(call, source);
      if (alone) child.retire();
    }
    if (child.running > 0) return;
    if (waiting.length > 0 || !child.fit || closed) leave(IDLE);
    else idle = setTimeout(() => leave(IDLE), options.idleMs).unref();
  }

  const wait = (call: Call, source: Uint8Array) => {
    const { signal } = call.job;
    const giveUp = () => {
      waiting = waiting.filter((other) => other.call !== call);
      call.end(abortFailure(signal));
    };
    waiting.push({ call, source, giveUp });
    signal?.addEventListener("abort", giveUp, { once: true });
  };

  return {
    submit(call) {
      const { signal, handlers, tool } = call.job;
      const source = handlers.get(tool);
      if (closed) call.end(CLOSED);
      else if (signal?.aborted) call.end(abortFailure(signal));
      else if (source === undefined) refuse(call, `the artifact has no handler for ${tool}`);
      else if (waiting.length >= MAX_WAITING)
        refuse(call, `${MAX_WAITING} calls wait for this skill already`);
      else wait(call, source);
      pump();
    },
    retire() {
      child?.retire();
      pump();
    },
    async close() {
      closed = true;
      refuseWaiting(CLOSED);
      await starting;
      if (child !== undefined) await leave(STOPPED);
    },
    killNow: () => child?.killNow(),
  };
}

function refuse(call: Call, why: string): void {
  call.end(failure("RUNNER_UNAVAILABLE", why));
}

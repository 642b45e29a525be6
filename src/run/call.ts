import { LOG_LEVELS } from "../protocol/ask.js";
import { type Asks, makeAsks } from "./asks.js";
import { cutLines } from "./lines.js";
import type { Ending, Failure, Job } from "./types.js";

/** How much one call may print, log and report before it is stopped, and how much of that is passed on. */
const MAX_CHATTER = 16 * 1024 * 1024;
const MAX_LOG = 64 * 1024;
const MAX_PROGRESS = 1_000;
const MAX_LINES = 1_000;

/** One call on its way: what it asks, what it may still say, and its one ending. */
export type Call = {
  readonly job: Job;
  /** Notes that the handler has it now. */
  begin(): void;
  /** Why it fails whatever the handler still answers; the first reason stays. */
  condemn(verdict: Failure): void;
  /** Ends it; only the first time counts, and a verdict beats what is handed in. */
  end(ending: Ending): void;
  /** Counts bytes that are no output; false when they are too many. */
  chatter(bytes: number): boolean;
  log(header: { readonly text?: unknown; readonly level?: unknown }): void;
  readonly asks: Asks;
  print(chunk: Uint8Array, from: number): void;
  progress(header: {
    readonly progress?: unknown;
    readonly total?: unknown;
    readonly message?: unknown;
  }): void;
};

/** A call and the promise of its ending, which never rejects. `clock` dates when the handler had it. */
export function makeCall(
  job: Job,
  clock: () => number,
): { call: Call; ended: Promise<Ending & { started_at: number }> } {
  let started_at = clock();
  let verdict: Failure | undefined;
  let said = 0;
  let logged = 0;
  let reports = 0;
  let lines = 0;
  let finish: (ending: Ending & { started_at: number }) => void;
  const ended = new Promise<Ending & { started_at: number }>((resolve) => {
    finish = resolve;
  });
  const log = (text: string) => {
    if (logged > MAX_LOG) return;
    logged += text.length;
    quietly(() => job.onLog?.(logged > MAX_LOG ? "[more was logged than is kept]" : text.toWellFormed()));
  };
  const asks = makeAsks(job.onAsk);
  const streams = [cutLines(log), cutLines(log)];
  const call: Call = {
    job,
    begin() {
      started_at = clock();
      quietly(() => job.onStart?.());
    },
    condemn(reason) {
      verdict ??= reason;
    },
    end(ending) {
      asks.end();
      for (const stream of streams) stream.end();
      finish({ ...(verdict ?? ending), started_at });
    },
    chatter(bytes) {
      said += bytes;
      return said <= MAX_CHATTER;
    },
    log({ text, level }) {
      const said = typeof text === "string" ? text : "";
      log(said);
      lines += 1;
      if (logged > MAX_LOG || lines > MAX_LINES) return;
      const known = LOG_LEVELS.find((name) => name === level) ?? "info";
      quietly(() => job.onLine?.({ level: known, text: said.toWellFormed() }));
    },
    asks,
    print: (chunk, from) => streams[from]?.push(chunk),
    progress({ progress, total, message }) {
      reports += 1;
      if (typeof progress !== "number" || reports > MAX_PROGRESS) return;
      quietly(() =>
        job.onProgress?.({
          progress,
          ...(typeof total === "number" ? { total } : {}),
          ...(typeof message === "string" ? { message: message.toWellFormed() } : {}),
        }),
      );
    },
  };
  return { call, ended };
}

/** A listener's own error is not the handler's and must not stop the call. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {}
}

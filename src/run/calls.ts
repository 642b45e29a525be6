import type { JsonObject } from "../protocol/canonical.js";
import { isAsk } from "./asks.js";
import type { Call } from "./call.js";
import { type Frame, HEADER_ROOM } from "./frames.js";
import { type Ending, type Failure, failure } from "./types.js";

/** The calls that run in one child: what each is told, what each answers, and when each has had enough. */
export type Calls = {
  readonly size: number;
  /** Whether the handler that the child has, or would get, for this tool is exactly these bytes. */
  holds(tool: string, source: Uint8Array): boolean;
  start(call: Call, source: Uint8Array): void;
  receive(frame: Frame): void;
  print(chunk: Uint8Array, from: number): void;
  /** The longest frame that the child may send now. */
  bound(): number;
  /** Makes every call that hasn't been answered fail with this, once it ends. */
  condemn(reason: Failure): void;
  /** Ends every call that hasn't been answered. */
  endAll(reason: Failure): void;
};

export type CallsOptions = {
  /** The real path of the data directory that the child may use, or null. */
  readonly data_dir: string | null;
  /** How long a cancelled handler has to notice, in milliseconds. */
  readonly graceMs: number;
  send(header: JsonObject, payload?: Uint8Array): void;
  /** The child is in doubt and must end; its other calls fail with this. */
  stop(reason: Failure): void;
  /** The child may finish what it has and gets no more. */
  retire(): void;
  onEnd(): void;
};

/** What a child may print in its life while no call runs in it; nobody reads that. */
const MAX_IDLE_PRINTED = 16 * 1024 * 1024;

/** What a question counts for beside its own bytes. */
const ASK_COST = 256;

type Entry = { readonly call: Call; readonly release: () => void; answered: boolean };

const TOO_MUCH_CHATTER = failure("OUTPUT_TOO_LARGE", "printed, logged or reported more than 16 MiB");
const NOT_FROM_BOOT = failure("OUTPUT_INVALID", "the process wrote an answer that isn't one");
const STUCK = failure(
  "HANDLER_EXITED",
  "its promise never settles: the handler waits, and no timer, file or other work is left that could end that",
);
const COMPANY_STOPPED = failure("HANDLER_EXITED", "another call in the same process had to be stopped");

export function makeCalls(options: CallsOptions): Calls {
  const entries = new Map<number, Entry>();
  const sources = new Map<string, Uint8Array>();
  let lastId = 0;
  let idlePrinted = 0;

  const stopFor = (call: Call, reason: Failure) => {
    call.condemn(reason);
    options.stop(COMPANY_STOPPED);
  };
  const unanswered = () => [...entries].filter(([, entry]) => !entry.answered);
  const end = (id: number, entry: Entry, ending: Ending) => {
    entries.delete(id);
    entry.release();
    entry.call.end(ending);
  };

  return {
    get size() {
      return entries.size;
    },
    holds(tool, source) {
      const held = sources.get(tool);
      return held === undefined || held === source || Buffer.compare(held, source) === 0;
    },
    start(call, source) {
      const { tool, limits, data_dir, caller, input, signal } = call.job;
      lastId += 1;
      const id = lastId;
      let grace: NodeJS.Timeout | undefined;
      const deadline = setTimeout(() => {
        stopFor(call, failure("HANDLER_TIMEOUT", `no answer within ${limits.timeout_ms} ms`));
      }, limits.timeout_ms);
      const abort = () => {
        const reason = abortFailure(signal);
        call.condemn(reason);
        call.asks.end();
        if (reason.code === "REVOKED_IN_FLIGHT") options.retire();
        options.send({ t: "abort", id });
        grace = setTimeout(() => stopFor(call, reason), options.graceMs);
      };
      const release = () => {
        clearTimeout(deadline);
        clearTimeout(grace);
        signal?.removeEventListener("abort", abort);
      };
      entries.set(id, { call, release, answered: false });
      call.begin();
      if (!sources.has(tool)) {
        sources.set(tool, source);
        options.send({ t: "load", tool }, source);
      }
      const dir = data_dir === null ? null : options.data_dir;
      options.send({ t: "call", id, tool, output_bytes: limits.output_bytes, data_dir: dir, caller }, input);
      signal?.addEventListener("abort", abort, { once: true });
    },
    receive({ header, payload }) {
      if (header.t === "dying") return options.stop(failure("HANDLER_ERROR", asText(header.detail)));
      if (header.t === "stuck") return options.stop(STUCK);
      const id = typeof header.id === "number" ? header.id : 0;
      const entry = entries.get(id);
      if (entry === undefined || entry.answered) {
        return options.stop(failure("OUTPUT_INVALID", "the process answered a call that it doesn't have"));
      }
      const { call } = entry;
      if (header.t === "log" || header.t === "progress") {
        if (!call.chatter(JSON.stringify(header).length)) stopFor(call, TOO_MUCH_CHATTER);
        else if (header.t === "log") call.log(header);
        else call.progress(header);
        return;
      }
      if (header.t === "ask" && isAsk(header)) {
        if (!call.chatter(payload.length + ASK_COST)) return stopFor(call, TOO_MUCH_CHATTER);
        call.asks.put(header, payload, (ask, answer) => {
          if (entries.has(id)) options.send({ t: "answer", id, ask }, answer);
        });
        return;
      }
      const ending = endingOf(header, payload, call.job.limits.output_bytes);
      entry.answered = true;
      entry.release();
      // The boot measures before it answers and knows its codes: any other answer is the handler's own writing.
      const fromBoot = header.t === "done" ? ending.ok : ending !== NOT_FROM_BOOT;
      if (!fromBoot) options.stop(NOT_FROM_BOOT);
      // What the handler printed before it answered lies ready in the other pipes: let this turn of the loop read it.
      setImmediate(() => {
        end(id, entry, ending);
        options.onEnd();
      });
    },
    print(chunk, from) {
      if (entries.size === 0) {
        idlePrinted += chunk.length;
        if (idlePrinted > MAX_IDLE_PRINTED) options.stop(TOO_MUCH_CHATTER);
      }
      for (const { call } of entries.values()) {
        if (!call.chatter(chunk.length)) stopFor(call, TOO_MUCH_CHATTER);
        else if (entries.size === 1) call.print(chunk, from); // of several calls nobody can say whose line it is
      }
    },
    bound() {
      let most = 0;
      for (const { call } of entries.values()) most = Math.max(most, call.job.limits.output_bytes);
      return most + HEADER_ROOM;
    },
    condemn(reason) {
      for (const [, { call }] of unanswered()) call.condemn(reason);
    },
    endAll(reason) {
      for (const [id, entry] of unanswered()) end(id, entry, reason);
    },
  };
}

/** Why an aborted call fails: a revocation says so in the signal's reason, everything else is a cancellation. */
export function abortFailure(signal: AbortSignal | undefined): Failure {
  return signal?.reason === "REVOKED_IN_FLIGHT"
    ? failure("REVOKED_IN_FLIGHT", "the skill was revoked while it ran")
    : failure("CANCELLED", "the caller cancelled the call");
}

const CHILD_CODES = ["HANDLER_ERROR", "OUTPUT_INVALID", "OUTPUT_TOO_LARGE"] as const;

function endingOf(header: JsonObject, output: Uint8Array, most: number): Ending {
  if (header.t === "done") {
    if (output.length <= most) return { ok: true, output };
    return failure("OUTPUT_TOO_LARGE", `an output of ${output.length} bytes; the limit is ${most}`);
  }
  const code = CHILD_CODES.find((known) => known === header.code);
  return header.t === "failed" && code !== undefined ? failure(code, asText(header.detail)) : NOT_FROM_BOOT;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

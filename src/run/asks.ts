import { ASK_KINDS, type Ask, type AskAnswer, unavailable } from "../protocol/ask.js";
import type { JsonObject } from "../protocol/canonical.js";
import type { Job } from "./types.js";

/** How often one call may ask its caller, how long one question may be, and how long an answer. */
export const MAX_ASKS = 16;
export const MAX_ASK_BYTES = 64 * 1024 - 1024; // beside its header, within the room that a frame always has
const MAX_ANSWER_BYTES = 1024 * 1024;

/** One call's questions on their way to whoever can answer. Nothing that the child says of them is believed. */
export type Asks = {
  /** Takes one question further and hands `reply` the bytes of its answer. */
  put(header: JsonObject, payload: Uint8Array, reply: (ask: number, answer: Uint8Array) => void): void;
  /** The call was cancelled or has ended: nobody is asked any more, and whoever is being asked is let go. */
  end(): void;
};

/** Whether what a child sent as a question could be one; what couldn't is its handler's own writing. */
export function isAsk({ ask, kind }: JsonObject): boolean {
  return Number.isSafeInteger(ask) && ASK_KINDS.some((known) => known === kind);
}

export function makeAsks(onAsk: Job["onAsk"]): Asks {
  const ended = new AbortController();
  let asked = 0;
  return {
    put(header, payload, reply) {
      asked += 1;
      if (asked > MAX_ASKS || payload.length > MAX_ASK_BYTES) return; // the boot asks no such thing
      void answerTo(onAsk, header, payload, ended.signal).then((answer) => {
        reply(header["ask"] as number, answer);
      });
    },
    end: () => ended.abort(),
  };
}

/** What the handler gets, as JSON text. Never rejects: who can't be asked is an answer too. */
async function answerTo(
  onAsk: Job["onAsk"],
  header: JsonObject,
  payload: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const kind = header["kind"] as Ask["kind"];
  const none = (reason: string) => bytesOf(unavailable(kind, reason));
  if (onAsk === undefined) return none("the program that called this tool can't be asked anything");
  try {
    const params: unknown = JSON.parse(Buffer.from(payload).toString("utf8"));
    if (typeof params !== "object" || params === null || Array.isArray(params)) {
      return none("what is asked must be an object");
    }
    const answered = await Promise.race([
      onAsk({ kind, params: params as JsonObject }, signal),
      cancelled(signal, kind),
    ]);
    const answer = bytesOf(answered);
    return answer.length > MAX_ANSWER_BYTES ? none("the answer was larger than 1 MiB") : answer;
  } catch {
    return none("the question couldn't be asked");
  }
}

function cancelled(signal: AbortSignal, kind: Ask["kind"]): Promise<AskAnswer> {
  return new Promise((resolve) => {
    const letGo = () => resolve(unavailable(kind, "the call was cancelled"));
    if (signal.aborted) letGo();
    else signal.addEventListener("abort", letGo, { once: true });
  });
}

function bytesOf({ value }: AskAnswer): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

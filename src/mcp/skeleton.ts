import { requestIdOf } from "./message.js";

const MAX_SKELETON = 4096;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isOpening = (byte: number) => byte === 0x5b || byte === 0x7b; // [ {
const isClosing = (byte: number) => byte === 0x5d || byte === 0x7d; // ] }

/** Reads JSON of any size in constant memory and tells only the id of the request that it is. */
export type SkeletonReader = {
  push(bytes: Uint8Array): void;
  /** The id, or undefined when the text isn't a request or its outermost members are themselves too large. */
  id(): string | number | undefined;
};

/**
 * Keeps what stands in the outermost object and empties whatever is nested in it: of
 * `{"method":"tools/call","params":{…},"id":7}` it keeps `{"method":"tools/call","params":{},"id":7}`.
 * Clients differ in where they write the id, the SDK's own writes it last.
 */
export function skeletonReader(): SkeletonReader {
  const kept: number[] = [];
  let depth = 0;
  let inString = false;
  let escaped = false;

  function read(byte: number): void {
    if (inString) {
      if (depth <= 1) keep(byte);
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) inString = false;
      return;
    }
    if (byte === QUOTE) inString = true;
    if (isClosing(byte)) depth--;
    if (depth <= 1) keep(byte);
    if (isOpening(byte)) depth++;
  }

  function keep(byte: number): void {
    if (kept.length <= MAX_SKELETON) kept.push(byte);
  }

  return {
    push(bytes) {
      if (kept.length <= MAX_SKELETON) for (const byte of bytes) read(byte);
    },
    id() {
      if (kept.length > MAX_SKELETON) return undefined;
      try {
        return requestIdOf(JSON.parse(Buffer.from(kept).toString("utf8")));
      } catch {
        return undefined;
      }
    },
  };
}

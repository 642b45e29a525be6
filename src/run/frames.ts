import type { JsonObject } from "../protocol/canonical.js";

/**
 * What the Hall and a child say to each other on fd 3 and fd 4. A frame is a 4-byte big-endian length, then one line
 * of JSON (the header), a newline, and the payload's raw bytes to the frame's end: source, input and output cross as
 * they lie, never as a string inside a string.
 */
export type Frame = { readonly header: JsonObject; readonly payload: Uint8Array };

/** Room for a frame's header, and for a whole frame that carries no output. */
export const HEADER_ROOM = 64 * 1024;

/** Bytes that break the frame format, or more of them than the reader allows. */
export class FrameError extends Error {
  override readonly name = "FrameError";
  readonly code: "TOO_LARGE" | "MALFORMED";
  constructor(code: "TOO_LARGE" | "MALFORMED", message: string) {
    super(message);
    this.code = code;
  }
}

const NEWLINE = 0x0a;
const NOTHING = new Uint8Array(0);

/** The bytes of one frame. */
export function encodeFrame(header: JsonObject, payload: Uint8Array = NOTHING): Uint8Array {
  const head = Buffer.from(`${JSON.stringify(header)}\n`);
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(head.length + payload.length);
  return Buffer.concat([length, head, payload]);
}

/**
 * A reader of frames from untrusted bytes in any chunking. `bound` is asked at each frame's length, before anything
 * of it is kept, so a child can make the parent hold no more than that. The returned function throws FrameError.
 */
export function readFrames(
  bound: () => number,
  onFrame: (frame: Frame) => void,
): (chunk: Uint8Array) => void {
  let lengthBytes = 0;
  let length = 0;
  let body: Uint8Array | undefined;
  let filled = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (body === undefined) {
        length = length * 256 + (chunk[at] as number);
        at += 1;
        lengthBytes += 1;
        if (lengthBytes < 4) continue;
        if (length > bound()) throw new FrameError("TOO_LARGE", `a frame of ${length} bytes`);
        if (length === 0) throw new FrameError("MALFORMED", "an empty frame");
        body = new Uint8Array(length);
        filled = 0;
      } else {
        const part = chunk.subarray(at, at + body.length - filled);
        body.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < body.length) continue;
        const whole = body;
        body = undefined;
        lengthBytes = 0;
        length = 0;
        onFrame(parseFrame(whole));
      }
    }
  };
}

function parseFrame(bytes: Uint8Array): Frame {
  const end = bytes.indexOf(NEWLINE);
  if (end < 0) throw new FrameError("MALFORMED", "a frame without a header");
  if (end > HEADER_ROOM) throw new FrameError("TOO_LARGE", `a header of ${end} bytes`);
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, end).toString("utf8"));
  } catch {
    throw new FrameError("MALFORMED", "a header that isn't JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new FrameError("MALFORMED", "a header that isn't an object");
  }
  return { header: header as JsonObject, payload: bytes.subarray(end + 1) };
}

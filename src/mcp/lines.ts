import { type SkeletonReader, skeletonReader } from "./skeleton.js";

const NEWLINE = 0x0a;
const SMALLEST_HOLD = 64 * 1024;

export type LineHandlers = {
  /** A whole line without its newline. The bytes are valid until this returns. */
  onLine(line: Buffer): void;
  /** A line over the limit has passed by; `id` is its request's, where it can be told. */
  onOversize(id: string | number | undefined): void;
};

/**
 * Cuts a stream of bytes into lines of at most `maxBytes`. What it holds grows with the line and never beyond the
 * limit, whatever the size of the chunks; a line over it is read to its end and forgotten.
 */
export function lineReader(maxBytes: number, { onLine, onOversize }: LineHandlers): (chunk: Buffer) => void {
  let held = Buffer.alloc(0);
  let length = 0;
  let oversize: SkeletonReader | undefined;

  function hold(piece: Buffer): void {
    if (oversize === undefined && length + piece.length > maxBytes) {
      oversize = skeletonReader();
      oversize.push(held.subarray(0, length));
      held = Buffer.alloc(0);
      length = 0;
    }
    if (oversize !== undefined) {
      oversize.push(piece);
    } else {
      if (length + piece.length > held.length) grow(length + piece.length);
      length += piece.copy(held, length);
    }
  }

  function grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(needed, held.length * 2, SMALLEST_HOLD)));
    held.copy(larger, 0, 0, length);
    held = larger;
  }

  function endLine(): void {
    if (oversize !== undefined) {
      const id = oversize.id();
      oversize = undefined;
      onOversize(id);
      return;
    }
    const line = held.subarray(0, length);
    length = 0;
    if (held.length > SMALLEST_HOLD) held = Buffer.alloc(0); // one large message doesn't cost its size for ever
    onLine(line);
  }

  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end);
      start = end + 1;
      if (length === 0 && oversize === undefined && piece.length <= maxBytes) {
        onLine(piece); // the usual case: the whole line came in one chunk
      } else {
        hold(piece);
        endLine();
      }
    }
    if (start < chunk.length) hold(chunk.subarray(start));
  };
}

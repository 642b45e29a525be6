/** A body is longer than it may be. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

/** All bytes of a stream; of none, none. Reads no further, and throws, beyond `max` bytes and once it is stopped. */
export async function wholeBody(
  stream: ReadableStream<Uint8Array> | null,
  max: number,
  stopped?: AbortSignal,
): Promise<Uint8Array> {
  if (stream === null) return new Uint8Array();
  const reader = stream.getReader();
  const cancel = () => void reader.cancel().catch(() => {}); // a read that waits ends then
  stopped?.addEventListener("abort", cancel, { once: true });
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      stopped?.throwIfAborted();
      const { done, value } = await reader.read();
      stopped?.throwIfAborted();
      if (done) return Buffer.concat(chunks);
      length += value.byteLength;
      if (length > max) throw new TooLarge(`longer than ${max} bytes`);
      chunks.push(value);
    }
  } catch (error) {
    cancel();
    throw error;
  } finally {
    stopped?.removeEventListener("abort", cancel);
    reader.releaseLock();
  }
}

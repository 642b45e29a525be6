/** A body is longer than it may be. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

/** All bytes of a stream; of none, none. Throws TooLarge, and reads no further, beyond `max` bytes. */
export async function wholeBody(stream: AsyncIterable<Uint8Array> | null, max: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.byteLength;
    if (length > max) throw new TooLarge(`longer than ${max} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

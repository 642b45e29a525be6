import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFrame, type Frame, HEADER_ROOM, readFrames } from "../../src/run/frames.js";

function readAll(bytes: Uint8Array, cuts: readonly number[], bound = 1_000_000): Frame[] {
  const frames: Frame[] = [];
  const read = readFrames(
    () => bound,
    (frame) => frames.push(frame),
  );
  let from = 0;
  for (const cut of [...cuts.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    read(bytes.subarray(from, cut));
    from = cut;
  }
  return frames;
}

describe("frames", () => {
  test("any headers and payloads come back whole, however the bytes are cut", () => {
    const frame = fc.tuple(fc.dictionary(fc.string(), fc.string()), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 8 }), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(([header, payload]) => encodeFrame(header, payload)));
        const got = readAll(bytes, cuts);
        expect(got.map(({ payload }) => [...payload])).toEqual(sent.map(([, payload]) => [...payload]));
        expect(got.map(({ header }) => JSON.stringify(header))).toEqual(
          sent.map(([header]) => JSON.stringify(header)),
        );
      }),
    );
  });

  test("a length over the bound is refused before its bytes are kept", () => {
    const read = readFrames(
      () => 1_000,
      () => {},
    );
    expect(() => read(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toThrow(
      expect.objectContaining({ code: "TOO_LARGE" }),
    );
  });

  test("a header without end, one that isn't an object and an empty frame are refused", () => {
    const raw = (text: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(text.length);
      return Buffer.concat([length, Buffer.from(text)]);
    };
    for (const text of ["", "{}", "[]\n", "null\n", "{\n", "\n"]) {
      expect(() => readAll(raw(text), []), text).toThrow(expect.objectContaining({ code: "MALFORMED" }));
    }
    expect(() => readAll(raw(`"${"x".repeat(HEADER_ROOM)}"\n`), [])).toThrow(
      expect.objectContaining({ code: "TOO_LARGE" }),
    );
  });
});

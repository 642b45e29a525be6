import fc from "fast-check";
import { expect, test } from "vitest";
import { cutLines } from "../../src/run/lines.js";

function linesOf(bytes: Uint8Array, size: number): string[] {
  const lines: string[] = [];
  const cutter = cutLines((line) => lines.push(line));
  for (let at = 0; at < bytes.length; at += size) cutter.push(bytes.subarray(at, at + size));
  cutter.end();
  return lines;
}

test("lines are the same however the bytes are cut", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 9 }), (text, size) => {
      const bytes = Buffer.from(text);
      expect(linesOf(bytes, size)).toEqual(linesOf(bytes, bytes.length + 1));
    }),
  );
});

test("long lines are cut, empty ones dropped, broken UTF-8 replaced", () => {
  expect(linesOf(Buffer.from("a\n\n\r\nb"), 1)).toEqual(["a", "b"]);
  expect(linesOf(Buffer.from("x".repeat(1_000_000)), 65_536).map((line) => line.length)).toEqual([2_000]);
  expect(linesOf(Buffer.from([0xff, 0x0a]), 1)).toEqual(["\ufffd"]);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { lineReader } from "../../src/mcp/lines.js";

type Seen = { line: string } | { oversize: string | number | undefined };

function collect(maxBytes: number) {
  const seen: Seen[] = [];
  const read = lineReader(maxBytes, {
    onLine: (line) => seen.push({ line: line.toString("utf8") }),
    onOversize: (oversize) => seen.push({ oversize }),
  });
  return { seen, read };
}

function inChunks(bytes: Buffer, sizes: readonly number[], read: (chunk: Buffer) => void): void {
  let start = 0;
  for (let i = 0; start < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    read(bytes.subarray(start, start + size));
    start += size;
  }
}

test("lines come out as they went in, however the bytes are cut", () => {
  const line = fc.string({ unit: "binary", maxLength: 300 }).map((text) => text.replaceAll("\n", ""));
  fc.assert(
    fc.property(
      fc.array(line),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
      (lines, sizes) => {
        const { seen, read } = collect(10_000);
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""), "utf8");
        inChunks(bytes, sizes, read);
        const expected = bytes.toString("utf8").split("\n").slice(0, -1);
        expect(seen).toEqual(expected.map((text) => ({ line: text })));
      },
    ),
  );
});

test("the limit is exact, and what follows a line over it is read again", () => {
  for (const sizes of [[1], [3], [7], [1000]]) {
    const { seen, read } = collect(10);
    inChunks(Buffer.from(`${"a".repeat(10)}\n${"b".repeat(11)}\nc\n`), sizes, read);
    expect(seen).toEqual([{ line: "a".repeat(10) }, { oversize: undefined }, { line: "c" }]);
  }
});

test("the id of a request over the limit is told, wherever it stands and however the bytes are cut", () => {
  const args = { text: 'a "quoted" \\ {[ ]} id: 3 '.repeat(20), id: 99 };
  const first = JSON.stringify({ jsonrpc: "2.0", id: 7, method: "tools/call", params: args });
  const last = JSON.stringify({ method: "tools/call", params: [args], jsonrpc: "2.0", id: "seven" });
  for (const sizes of [[1], [64], [5000]]) {
    const { seen, read } = collect(100);
    inChunks(Buffer.from(`${first}\n${last}\n`), sizes, read);
    expect(seen).toEqual([{ oversize: 7 }, { oversize: "seven" }]);
  }
});

test("a line of 200 MB costs no memory of its size", () => {
  const { seen, read } = collect(1024 * 1024);
  const chunk = Buffer.alloc(1024 * 1024, "x");
  read(Buffer.from('{"id":8,"method":"tools/call","params":"'));
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 200; i++) read(chunk);
  const grown = process.memoryUsage().arrayBuffers - before;
  read(Buffer.from("\n"));
  expect(seen).toEqual([{ oversize: undefined }]);
  expect(grown).toBeLessThan(32 * 1024 * 1024);
});

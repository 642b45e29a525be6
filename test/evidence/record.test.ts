import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type Header,
  isRecordKind,
  leafOf,
  makeHeader,
  parseHeader,
  RECORD_KINDS,
} from "../../src/evidence/record.js";
import { canonicalBytes, sha256Hex } from "../../src/protocol/canonical.js";
import { utf8, vector } from "./formats.js";

const texts = [vector(1, "header 0 "), vector(1, "header 1 ")] as const;
const header = JSON.parse(texts[1]) as Header;
const bytesOf = (changed: object) => canonicalBytes({ ...header, ...changed });

describe("the vectors", () => {
  test.each(texts)("%s", (text) => {
    const { v: _, ...parts } = JSON.parse(text);
    expect(Buffer.from(makeHeader(parts)).toString()).toBe(text);
    expect(parseHeader(utf8(text))).toEqual(JSON.parse(text));
  });

  test("leaves, and the root of RFC 9162 over them", () => {
    const [first, second] = texts.map((text) => leafOf(utf8(text))) as [string, string];
    expect(first).toBe(vector(1, "leaf 0 = "));
    expect(second).toBe(vector(1, "leaf 1 = "));
    const node = sha256Hex(new Uint8Array([1]), Buffer.from(first, "hex"), Buffer.from(second, "hex"));
    expect(node).toBe(vector(1, "RFC 9162 root of 2 = "));
  });
});

describe("a header that isn't one", () => {
  const cases: readonly [string, object, string][] = [
    ["another version", { v: 2 }, "v"],
    ["a short hall_id", { hall_id: "00" }, "hall_id"],
    ["upper-case hex", { prev: header.prev.toUpperCase() }, "prev"],
    ["a negative seq", { seq: -1 }, "seq"],
    ["a seq with a fraction", { seq: 1.5 }, "seq"],
    ["a seq beyond 2^53", { seq: 2 ** 53 }, "seq"],
    ["a UUID of another version", { record_id: "7f3b0c1e-5d0a-4c1e-9a53-0d8d6f0a9b11" }, "record_id"],
    ["a time without milliseconds", { at: "2026-11-20T09:00:00Z" }, "at"],
    ["the 30th of February", { at: "2026-02-30T09:00:00.000Z" }, "at"],
    ["a kind in capitals", { kind: "Query" }, "kind"],
    ["a kind with a line break", { kind: "query\n" }, "kind"],
    ["no parent at all", { parent_id: undefined }, "undefined"],
    ["an unknown member", { more: 1 }, "more"],
  ];
  test.each(cases)("%s", (_name, change, named) => expect(() => parseHeader(bytesOf(change))).toThrow(named));

  test("a missing member", () => {
    const { body: _, ...rest } = header;
    expect(() => parseHeader(canonicalBytes(rest))).toThrow("body is missing");
  });

  test.each([
    ["a space", texts[1].replace(",", ", ")],
    ["another order", `{"v":1,${texts[1].slice(1).replace(',"v":1', "")}`],
    ["a name twice", texts[1].replace('"seq":1', '"seq":1,"seq":1')],
    ["a byte order mark", `\ufeff${texts[1]}`],
    ["a newline", `${texts[1]}\n`],
    ["nothing", ""],
    ["a list", "[]"],
  ])("%s", (_name, text) => expect(() => parseHeader(utf8(text))).toThrow("header"));

  test("more than 1 KiB", () => expect(() => parseHeader(new Uint8Array(1025))).toThrow("1024"));
  test("bytes that aren't UTF-8", () =>
    expect(() => parseHeader(new Uint8Array([0x22, 0xff, 0x22]))).toThrow("UTF-8"));
});

test("an unknown kind is read: only its chain is judged", () => {
  expect(parseHeader(bytesOf({ kind: "some_later_kind" })).kind).toBe("some_later_kind");
  expect(isRecordKind("some_later_kind")).toBe(false);
  expect(RECORD_KINDS.every(isRecordKind)).toBe(true);
});

test("FORMAT.md, which auditors build from, repeats every vector", () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
  const format = read("../../examples/verify-offline/FORMAT.md");
  const quoted = [...read("../golden/formats.md").matchAll(/`([^`]+)`/g)]
    .map(([, text]) => text ?? "")
    .filter((text) => text.length >= 32);
  expect(quoted.length).toBeGreaterThan(30);
  expect(quoted.filter((text) => !format.includes(text))).toEqual([]);
});

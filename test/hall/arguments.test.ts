import { describe, expect, test } from "vitest";
import { receiveArguments } from "../../src/hall/arguments.js";

const deep = (depth: number) => JSON.parse("[".repeat(depth) + "]".repeat(depth)) as unknown;
const cycle: Record<string, unknown> = {};
cycle["self"] = cycle;

describe("arguments", () => {
  test("become canonical bytes once, and those bytes are what is checked and run", () => {
    let reads = 0;
    const args = {
      b: 1,
      get a() {
        return ++reads;
      },
    };
    const received = receiveArguments(args);
    expect(reads).toBe(1);
    expect(received).toMatchObject({ ok: true, value: { a: 1, b: 1 } });
    expect(received.ok && Buffer.from(received.bytes).toString()).toBe('{"a":1,"b":1}');
  });

  test("absent ones are an empty object", () => {
    expect(receiveArguments(undefined)).toMatchObject({ ok: true, value: {} });
  });

  const REFUSED: readonly (readonly [what: string, args: unknown, keyword: string])[] = [
    ["more than 1 MiB", { text: "x".repeat(1024 * 1024) }, "maxBytes"],
    ["nested 65 deep", deep(65), "maxDepth"],
    ["nested 100,000 deep", deep(100_000), "maxDepth"],
    ["more than 10,000 elements", Array.from({ length: 10_001 }, () => 0), "maxElements"],
    ["a number that JSON.parse changes", JSON.parse("9007199254740993"), "maximum"],
    ["a number that JSON.parse can't hold", JSON.parse("1e400"), "maximum"],
    ["no number at all", { n: Number.NaN }, "maximum"],
    ["__proto__", JSON.parse('{"a":{"__proto__":{"admin":true}}}'), "__proto__"],
    ["a lone surrogate", { text: "\ud800" }, "canonical"],
    ["a cycle", cycle, "json"],
    ["a BigInt", { n: 1n }, "json"],
    ["a function", () => 1, "type"],
    [
      "an accessor that throws",
      {
        get a() {
          throw new Error("secret");
        },
      },
      "json",
    ],
  ];
  test.each(REFUSED)("%s is refused by a bound, with no value in the answer", (_what, args, keyword) => {
    expect(receiveArguments(args)).toEqual({ ok: false, problems: [{ path: "", keyword }] });
  });

  test("64 levels and 2^53 - 1 are still within bounds", () => {
    expect(receiveArguments(deep(64)).ok).toBe(true);
    expect(receiveArguments({ n: Number.MAX_SAFE_INTEGER }).ok).toBe(true);
  });
});

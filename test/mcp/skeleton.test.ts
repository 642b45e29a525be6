import fc from "fast-check";
import { expect, test } from "vitest";
import { skeletonReader } from "../../src/mcp/skeleton.js";

function idOf(text: string): string | number | undefined {
  const reader = skeletonReader();
  reader.push(Buffer.from(text));
  return reader.id();
}

test("finds the id of any request, in any order of members", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.maxSafeInteger(), fc.string({ maxLength: 50 })),
      fc.jsonValue(),
      fc.boolean(),
      (id, params, first) => {
        const rest = { jsonrpc: "2.0", method: "tools/call", params: { arguments: params, id: "inner" } };
        expect(idOf(JSON.stringify(first ? { id, ...rest } : { ...rest, id }))).toBe(id);
      },
    ),
  );
});

test.each([
  ["a notification", '{"method":"m","params":{"id":1}}'],
  ["a response", '{"id":1,"result":{}}'],
  ["a batch", '[{"id":1,"method":"m"}]'],
  ["an id that can't be answered", '{"id":null,"method":"m"}'],
  ["a fraction", '{"id":1.5,"method":"m"}'],
  ["no JSON", '{"id":1,"method":"m"'],
  ["closings without openings", "]]]}}}"],
  ["outermost members that are too large", `{"id":1,"method":"${"m".repeat(5000)}"}`],
  ["nothing", ""],
])("%s has none", (_name, text) => {
  expect(idOf(text)).toBeUndefined();
});

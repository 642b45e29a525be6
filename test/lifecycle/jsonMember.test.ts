import fc from "fast-check";
import { expect, test } from "vitest";
import { insertMember, removeMember } from "../../src/lifecycle/jsonMember.js";

const path = ["servers", "hall"] as const;
const value = { command: "/bin/x", args: ["mcp"], env: { A: "b" } };

const others = fc.dictionary(
  fc.string().filter((name) => name !== "hall" && name !== "__proto__"),
  fc.jsonValue(),
);
const root = fc.record(
  { servers: others, more: fc.jsonValue(), 'a"b': fc.jsonValue() },
  { requiredKeys: [] },
);
const layout = fc.constantFrom("", " ", "  ", "\t");
const text = fc.tuple(root, layout, fc.constantFrom("\n", "\r\n")).map(([json, space, eol]) => ({
  json: JSON.parse(JSON.stringify(json)) as Record<string, unknown>,
  text: JSON.stringify(json, null, space).replaceAll("\n", eol),
}));

test("an insertion is one piece, says what was meant, and cut out leaves the very bytes", () => {
  fc.assert(
    fc.property(text, ({ json, text }) => {
      const done = insertMember(text, path, value, false);
      expect(done).toBeDefined();
      if (done === undefined) return;
      expect(done.text.slice(0, done.at) + done.text.slice(done.at + done.length)).toBe(text);
      expect(JSON.parse(done.text)).toEqual({
        ...json,
        servers: { ...(json["servers"] as object), hall: value },
      });
    }),
  );
});

test("a removal leaves everything else as it says, whoever wrote the text last", () => {
  fc.assert(
    fc.property(root, others, layout, (json, after, space) => {
      const servers = { ...json.servers, hall: value, ...after };
      const now = JSON.parse(JSON.stringify({ ...json, servers })) as { servers: object };
      const rest = removeMember(JSON.stringify(now, null, space), path, false);
      const { hall: _, ...left } = now.servers as Record<string, unknown>;
      expect(JSON.parse(rest ?? "")).toEqual({ ...now, servers: left });
    }),
  );
});

test("a removal keeps comments and the commas that others need", () => {
  const before = '{ "servers": {\n  // one\n  "a": 1, // a\n  "hall": {}, // h\n  "b": 2, // b\n} }';
  expect(removeMember(before, path, true)).toBe(
    '{ "servers": {\n  // one\n  "a": 1, // a\n // h\n  "b": 2, // b\n} }'.replace("// a\n //", "// a //"),
  );
  expect(removeMember('{"servers":{"a":1,"hall":{}}}', path, false)).toBe('{"servers":{"a":1}}');
});

test.each(["", "[]", "1", '{"servers":1}', '{"servers":[]}', '{"servers":{"hall":1}}', '{"a":1,"a":2}'])(
  "%j can't have it put in",
  (bad) => {
    expect(insertMember(bad, path, value, true)).toBeUndefined();
  },
);

test.each(["", "{}", '{"servers":{}}', '{"servers":{"hall":1}'])("%j can't have it taken out", (bad) => {
  expect(removeMember(bad, path, true)).toBeUndefined();
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { readPlaces } from "../../src/lifecycle/jsonPlaces.js";

test("it reads what JSON.parse reads, and each place is where its value stands", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom("", " ", "\t", "  "), fc.boolean(), (json, space, relaxed) => {
      const text = JSON.stringify(JSON.parse(json), null, space);
      const root = readPlaces(text, relaxed);
      expect(root?.value).toEqual(JSON.parse(text));
      for (const { place, start, name } of root?.members ?? []) {
        expect(JSON.parse(text.slice(place.start, place.end))).toEqual(place.value);
        expect(text.slice(start).startsWith(JSON.stringify(name))).toBe(true);
      }
    }),
  );
});

test("texts near to JSON are read as JSON.parse reads them, two equal names apart", () => {
  const near = fc.array(
    fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"b"',
      "1",
      "-",
      "e",
      ".",
      " ",
      "\n",
      "null",
      '"',
      "\\",
      "\u0001",
      "//",
      "/*",
    ),
    {
      maxLength: 9,
    },
  );
  fc.assert(
    fc.property(near, (parts) => {
      const text = parts.join("");
      const read = readPlaces(text, false);
      let parsed: unknown;
      try {
        parsed = JSON.parse(text);
      } catch {
        expect(read).toBeUndefined();
        return;
      }
      if (read !== undefined) expect(read.value).toEqual(parsed);
      else expect(text).toMatch(/"(a|b)"[\s\S]*"\1"/);
    }),
    { numRuns: 2_000 },
  );
});

test.each(['{"a":1,"a":2}', '{"a":{"b":1,"\\u0062":2}}', "[".repeat(100) + "]".repeat(100), "", " ", "1 2"])(
  "%j isn't read",
  (text) => {
    expect(readPlaces(text, true)).toBeUndefined();
  },
);

test("comments and trailing commas only where they are taken", () => {
  const text = '// a\n{ /* b */ "c" /**/ : [1, /* , */ 2,], // d\n "e": "// no", }\n/* end */';
  expect(readPlaces(text, true)?.value).toEqual({ c: [1, 2], e: "// no" });
  expect(readPlaces(text, false)).toBeUndefined();
  for (const bad of ["{,}", "[,]", '{"a":1,,}', "/* open", "{} /"])
    expect(readPlaces(bad, true)).toBeUndefined();
});

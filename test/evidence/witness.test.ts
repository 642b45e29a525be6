import { expect, test } from "vitest";
import { signHead } from "../../src/evidence/commit.js";
import { parseWitness, witnessLine } from "../../src/evidence/witness.js";
import { LEDGER } from "./formats.js";

const hash = "ab".repeat(32);
const heads = [1, 2, 30].map((size) => signHead({ hall_id: hash, head: hash, size }, LEDGER));
const text = heads.map(witnessLine).join("");

test("a line is what formats.md says", () => {
  const [head] = heads;
  expect(head && witnessLine(head)).toBe(`${hash} 1 ${hash} ${LEDGER.key} ${head?.signature}\n`);
});

test("lines come back as they were written", () => {
  expect(parseWitness(text)).toEqual(heads);
  expect(parseWitness("")).toEqual([]);
});

test("a torn last line is ignored, wherever it was torn", () => {
  const whole = witnessLine(heads[0] as (typeof heads)[number]);
  for (let cut = 0; cut < whole.length; cut++)
    expect(parseWitness(text + whole.slice(0, cut))).toEqual(heads);
});

test.each([
  ["an empty line", "\n"],
  ["a word", "hello\n"],
  ["a size of 0", text.replace(" 1 ", " 0 ")],
  ["a size with a leading 0", text.replace(" 1 ", " 01 ")],
  ["a size beyond 2^53", text.replace(" 1 ", " 9999999999999999 ")],
  ["a carriage return", text.replace("\n", "\r\n")],
  ["two spaces", text.replace(" ", "  ")],
])("%s is no line", (_name, changed) => expect(() => parseWitness(changed)).toThrow("witness: line 1"));

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareVersions,
  newest,
  parseRange,
  parseVersion,
  type Version,
} from "../../src/lifecycle/semver.js";

const number = fc.oneof(fc.nat({ max: 3 }), fc.nat());
const identifier = fc.oneof(
  number.map(String),
  fc.constantFrom("alpha", "beta", "rc", "dev", "0a", "-", "x-1", "A"),
);
const version = fc
  .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }))
  .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre.length > 0 ? `-${pre.join(".")}` : ""}`);

function read(text: string): Version {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new Error(`${text} isn't a version`);
  return parsed;
}

function matching(range: string, versions: readonly string[]): readonly string[] {
  const allows = parseRange(range);
  if (allows === undefined) throw new Error(`${range} isn't a range`);
  return versions.filter((text) => allows(read(text)));
}

describe("versions", () => {
  test("come in the order of semver 2.0.0, section 11", () => {
    const order = [
      "1.0.0-alpha",
      "1.0.0-alpha.1",
      "1.0.0-alpha.beta",
      "1.0.0-beta",
      "1.0.0-beta.2",
      "1.0.0-beta.11",
      "1.0.0-rc.1",
      "1.0.0",
      "2.0.0",
      "2.1.0",
      "2.1.1",
      "10.0.0",
    ];
    expect([...order].reverse().sort((a, b) => compareVersions(read(a), read(b)))).toEqual(order);
  });

  test("are totally ordered, and equal only to themselves", () => {
    fc.assert(
      fc.property(version, version, version, (x, y, z) => {
        const [a, b, c] = [read(x), read(y), read(z)];
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        expect(compareVersions(a, b) === 0).toBe(x === y);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test.each([
    "",
    "1",
    "1.2",
    "01.2.3",
    "1.2.3-",
    "1.2.3-01",
    "1.2.3-a..b",
    "v1.2.3",
    "1.2.3 ",
    "1.2.3+build",
    "../1.2.3",
    "1.2.3-a/b",
    "99999999999999999999.0.0",
  ])("%j isn't one", (text) => expect(parseVersion(text)).toBeUndefined());
});

describe("ranges", () => {
  const all = [
    "0.0.3",
    "0.0.4",
    "0.2.3",
    "0.2.9",
    "0.3.0",
    "1.2.2",
    "1.2.3-beta",
    "1.2.3",
    "1.2.4-rc.1",
    "1.2.9",
    "1.3.0",
    "2.0.0-rc.1",
    "2.0.0",
  ];

  test.each([
    ["1.2.3", ["1.2.3"]],
    ["1.2.3-beta", ["1.2.3-beta"]],
    ["^1.2.3", ["1.2.3", "1.2.9", "1.3.0"]],
    ["~1.2.3", ["1.2.3", "1.2.9"]],
    ["^0.2.3", ["0.2.3", "0.2.9"]],
    ["^0.0.3", ["0.0.3"]],
    ["~0.2.3", ["0.2.3", "0.2.9"]],
    ["^1.2.3-beta", ["1.2.3-beta", "1.2.3", "1.2.9", "1.3.0"]],
    ["1", ["1.2.2", "1.2.3", "1.2.9", "1.3.0"]],
    ["1.2", ["1.2.2", "1.2.3", "1.2.9"]],
    ["^1", ["1.2.2", "1.2.3", "1.2.9", "1.3.0"]],
    ["^1.3", ["1.3.0"]],
    ["^1.2", ["1.2.2", "1.2.3", "1.2.9", "1.3.0"]],
    ["~1", ["1.2.2", "1.2.3", "1.2.9", "1.3.0"]],
    ["~1.2", ["1.2.2", "1.2.3", "1.2.9"]],
    ["^0", ["0.0.3", "0.0.4", "0.2.3", "0.2.9", "0.3.0"]],
    ["^0.2", ["0.2.3", "0.2.9"]],
    ["^0.0", ["0.0.3", "0.0.4"]],
    ["0.0", ["0.0.3", "0.0.4"]],
    ["", all.filter((text) => !text.includes("-"))],
  ])("%j allows %j", (range, expected) => expect(matching(range, all)).toEqual(expected));

  test.each(["latest", "*", "1.", "1-rc", "1.2-rc.1", "v1", ">=1.2.3", "^", "^^1", "01", "1.2.3 || 2.0.0"])(
    "%j isn't one",
    (range) => expect(parseRange(range)).toBeUndefined(),
  );

  test("the newest is one that the range allows, and none that it allows is newer", () => {
    fc.assert(
      fc.property(fc.array(version), fc.constantFrom("", "^", "~"), version, (versions, operator, base) => {
        const range = parseRange(operator === "" ? "" : operator + base) ?? (() => false);
        const best = newest(versions, range);
        const allowed = versions.filter((text) => range(read(text)));
        expect(best === undefined).toBe(allowed.length === 0);
        if (best === undefined) return;
        expect(allowed).toContain(best);
        for (const other of allowed) expect(compareVersions(read(other), read(best))).toBeLessThanOrEqual(0);
      }),
    );
  });

  test("what isn't a version is passed over", () => {
    expect(newest(["junk", "1.0.0", "..", "0.9.0"], () => true)).toBe("1.0.0");
  });
});

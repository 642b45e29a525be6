import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commitment } from "../../src/evidence/commitment.js";
import {
  CanonicalError,
  canonicalBytes,
  canonicalJson,
  compareBytes,
  deepFreeze,
  encode,
  fromBase64,
  fromHex,
  parseCanonical,
  sha256,
  sha256Hex,
  toBase64,
  toHex,
  wellFormed,
} from "../../src/protocol/canonical.js";
import { isReadRight } from "../setup/engine.js";

// Section 3 of test/golden/formats.md: arguments as they arrive, and what becomes of them.
const RECEIVED = String.raw`{"query":"tea","limit":10,"ratio":1e-7,"\u00e9":"\u0001","\ud83d\ude00":1,"\ufb33":2,"10":true,"9":false,"zero":-0}`;
const JCS =
  "7b223130223a747275652c2239223a66616c73652c226c696d6974223a31302c227175657279223a22746561222c22726174696f223a31652d372c227a65726f223a302c22c3a9223a225c7530303031222c22f09f9880223a312c22efacb3223a327d";

/** The writer in its plainest form: what every faster one must agree with. */
function plainly(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(plainly).join(",")}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${plainly(member)}`).join(",")}}`;
}

/** Any text that UTF-8 can say, and objects with names that sort, spell and order themselves oddly. */
const text = fc.oneof(fc.string({ unit: "binary" }), fc.string());
const name = fc.oneof(
  fc.constantFrom("10", "9", "", "a", "é", "😀", "דּ", '"', "\\", "\u2028", "toString", "constructor"),
  text.filter((word) => word !== "__proto__"),
);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.integer(),
    text,
    fc.array(tie("json"), { maxLength: 6 }),
    fc.dictionary(name, tie("json"), { maxKeys: 8, noNullPrototype: true }),
  ),
}));

describe("canonicalJson", () => {
  test("writes the vector's arguments byte for byte", () => {
    const bytes = canonicalBytes(JSON.parse(RECEIVED));
    expect(toHex(bytes)).toBe(JCS);
    expect(sha256Hex(bytes)).toBe("f77a567276d0c1760bae2ff3b373fad7b31052afb810c113cd28e438e3a22296");
    const salt = new Uint8Array(32).fill(0xb0);
    expect(commitment("arguments", bytes, salt)).toBe(
      "846ee05d27fed4f61c961beec3450129b5aa505513f8972e6f51a5d5bf24c879",
    );
  });

  test("reads as the same value, and as the plain writer's", () => {
    fc.assert(
      fc.property(json.filter(isReadRight), (value) => {
        const written = canonicalJson(value);
        expect(JSON.parse(written)).toEqual(value);
        expect(written).toBe(plainly(value));
      }),
    );
  });

  test("doesn't depend on the order in which members were added, whatever was written before", () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (names, random) => {
        const shuffled = names
          .map((word) => [random.next().value as number, word] as const)
          .sort(([a], [b]) => a - b)
          .map(([, word]) => word);
        const of = (words: readonly string[]) => Object.fromEntries(words.map((word) => [word, word.length]));
        expect(canonicalJson(of(shuffled))).toBe(canonicalJson(of(names)));
        expect(canonicalJson(of(names))).toBe(plainly(of(names)));
      }),
    );
  });

  test("orders names by UTF-16 code units, integers too", () => {
    expect(canonicalJson({ "\u{1f600}": 1, "\ufb33": 2, "10": 3, "9": 4, b: 5, B: 6 })).toBe(
      '{"10":3,"9":4,"B":6,"b":5,"\u{1f600}":1,"\ufb33":2}',
    );
  });

  test.each([
    ["-0", -0, "0"],
    ["1e21", 1e21, "1e+21"],
    ["1e-7", 1e-7, "1e-7"],
    ["the least double", 5e-324, "5e-324"],
    ["the greatest double", Number.MAX_VALUE, "1.7976931348623157e+308"],
    ["a third", 1 / 3, "0.3333333333333333"],
    ["2^53 and more", 9007199254740994, "9007199254740994"],
    ["DEL", "\u007f", '"\u007f"'],
    ["controls", "\b\t\n\f\r\u0000\u001f", String.raw`"\b\t\n\f\r\u0000\u001f"`],
    ["quote, backslash and slash", '"\\/', String.raw`"\"\\/"`],
    ["line separators", "\u2028\u2029", '"\u2028\u2029"'],
    ["a pair of surrogates", "\u{10ffff}", '"\u{10ffff}"'],
    ["nothing in it", [{}, [], ""], '[{},[],""]'],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  ])("spells %s as RFC 8785 does", (_, value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  const cycle: unknown[] = [];
  cycle.push({ cycle });
  const sparse = new Array(2);
  const refused: readonly (readonly [string, unknown])[] = [
    ["undefined", undefined],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a BigInt", 1n],
    ["NaN", Number.NaN],
    ["infinity", Number.NEGATIVE_INFINITY],
    ["a hole", sparse],
    ["a lone high surrogate", "a\ud800"],
    ["a lone low surrogate", "\udc00a"],
    ["a lone surrogate before a pair", "\ud800\ud83d\ude00"],
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["bytes", new Uint8Array(2)],
    ["a boxed text", Object("a")],
    ["an instance", new (class Point {})()],
    ["a cycle", cycle],
    ["a member undefined", { a: undefined }],
    ["a name with a lone surrogate", { "\udfff": 1 }],
    ["__proto__ as a name", JSON.parse('{"a":1,"__proto__":{}}')],
    ["a symbol as a name", { [Symbol("s")]: 1 }],
    ["513 levels", JSON.parse(`${"[".repeat(514)}${"]".repeat(514)}`)],
  ];
  test.each(refused)("refuses %s, also within and again", (_, value) => {
    for (const whole of [value, [value], { in: { it: value } }, { in: { it: value } }]) {
      expect(() => canonicalJson(whole)).toThrow(CanonicalError);
    }
  });

  test("reads each member once, so that a getter can't say two things", () => {
    let asked = 0;
    const twoFaced = Object.defineProperty({}, "n", { enumerable: true, get: () => ++asked });
    expect(canonicalJson(twoFaced)).toBe('{"n":1}');
  });
});

describe("parseCanonical", () => {
  test("takes what canonicalBytes wrote, as the value it was", () => {
    fc.assert(
      fc.property(json.filter(isReadRight), (value) => {
        expect(parseCanonical(canonicalBytes(value))).toEqual(value);
      }),
    );
  });

  test.each([
    ["a space", '{"a": 1}'],
    ["names out of order", '{"b":1,"a":2}'],
    ["a name twice", '{"a":1,"a":1}'],
    ["another spelling of a number", "1.0"],
    ["another spelling of a text", String.raw`"\u0061"`],
    ["a lone surrogate", String.raw`"\ud800"`],
    ["a newline at the end", "1\n"],
    ["a byte order mark", "\ufeff1"],
    ["__proto__", '{"__proto__":1}'],
    ["no JSON", "{"],
    ["nothing", ""],
  ])("refuses %s", (_, written) => {
    expect(() => parseCanonical(encode(written))).toThrow(CanonicalError);
  });

  test("refuses bytes that aren't UTF-8", () => {
    expect(() => parseCanonical(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(CanonicalError);
  });
});

describe("hashes and encodings", () => {
  test("SHA-256 over parts is that over the whole", () => {
    expect(sha256Hex("ab", Uint8Array.of(0x63))).toBe(sha256Hex("abc"));
    expect(toHex(sha256("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  test("hex and base64 that don't encode back to themselves are nothing", () => {
    expect(fromHex("00ff")).toEqual(Buffer.from([0, 255]));
    expect(["0", "0F", "0g", " 00", "00\n"].map(fromHex)).toEqual(Array(5).fill(undefined));
    expect(fromBase64("+/8=")).toEqual(Buffer.from([0xfb, 0xff]));
    expect(fromBase64("-_8=")).toEqual(Buffer.from([0xfb, 0xff]));
    expect(["+_8=", "+/8", "+/9=", "+/8= ", "*"].map(fromBase64)).toEqual(Array(5).fill(undefined));
    expect(toBase64(Uint8Array.of(0xfb, 0xff))).toBe("+/8=");
  });

  test("texts compare by their UTF-8 bytes, unlike their UTF-16 units", () => {
    expect(["\u{1f600}", "\ufb33"].sort(compareBytes)).toEqual(["\ufb33", "\u{1f600}"]);
  });

  test("foreign text becomes well-formed", () => {
    expect(wellFormed("a\ud800b")).toBe("a\ufffdb");
  });

  test("a value is frozen in depth", () => {
    const frozen = deepFreeze({ a: [{ b: 1 }] });
    expect([frozen, frozen.a, frozen.a[0]].every(Object.isFrozen)).toBe(true);
  });
});

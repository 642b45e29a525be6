import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bringsInHidden } from "../../src/compile/hiddenText.js";

const BEFORE = "Reads a file and returns its text.";

describe("text that deceives", () => {
  test.each([
    ["zero-width space", "Reads a file\u200b and returns its text."],
    ["zero-width joiner between letters", "Reads a fi\u200dle and returns its text."],
    ["word joiner", "Reads a file\u2060 and returns its text."],
    ["soft hyphen", "Reads a fi\u00adle and returns its text."],
    ["byte order mark", "\ufeffReads a file and returns its text."],
    ["right-to-left override", "Reads a file \u202etxet sti snruter dna."],
    ["isolate", "Reads a \u2066file\u2069."],
    ["left-to-right mark", "Reads a file.\u200e"],
    ["tag characters", `${BEFORE}${String.fromCodePoint(0xe0069, 0xe0067)}`],
    ["tags after an emoji", `${BEFORE} 🏴${String.fromCodePoint(0xe0069, 0xe0067, 0xe007f)}`],
    ["variation selectors", "Reads a file\u{e0101} and returns its text."],
    ["variation selectors after an emoji", `${BEFORE} ✅\ufe0f\ufe01\ufe02`],
    ["control", "Reads a file\u0008 and returns its text."],
    ["escape", "\u001b[8mReads a secret\u001b[0m file."],
    ["lone carriage return", "Sends a file away.\rReads a file."],
    ["line separator", "Reads a file.\u2028"],
    ["Hangul filler", "Reads a file.\u3164"],
    ["braille blank", "Reads a file.\u2800"],
    ["private use", "Reads a file.\ue000"],
    ["unassigned", "Reads a file.\u0378"],
    ["noncharacter", "Reads a file.\uffff"],
    ["Cyrillic in a Latin word", "Reads a f\u0456le."],
    ["Greek in a Latin word", "Reads a f\u03b9le."],
    ["full width in a Latin word", "Reads a fil\uff45."],
    ["Armenian in a Latin word", "Reads a f\u0578le."],
    ["a Cherokee letter", "Reads \u13aa file."],
    ["Roman numeral in a Latin word", "Reads \u2160nstructions."],
    ["a whole word in full width", "Reads a \uff46\uff49\uff4c\uff45."],
    ["a whole word in mathematics", "Reads a \u{1d41f}\u{1d422}\u{1d425}\u{1d41e}."],
    ["a whole word of Cyrillic look-alikes", "Reads a \u0441\u043e\u0440\u0443."],
    ["one Cyrillic letter", "Reads \u0430 file."],
    ["a whole word of Greek look-alikes", "Reads \u0391 file."],
    ["phonetic letters", "Reads \u0251 file."],
  ])("%s", (_, after) => {
    expect(bringsInHidden(BEFORE, after)).toBe(true);
    expect(bringsInHidden(undefined, after)).toBe(true);
    expect(bringsInHidden(["x"], [{ [after]: 1 }])).toBe(true);
  });
});

describe("text that shows itself", () => {
  test.each([
    ["other words", "Returns a file's text."],
    ["more lines", "Reads a file.\n\n\t- returns its text\r\n\t- or an error"],
    ["typography", "Reads a file — “quoted”, naïve… §3 × 2 ≤ 5 №4 ½ ™ \u00a0 é"],
    ["units", "Takes 5 μs, or 3 \u00b5s, at 10 kΩ and Δt."],
    ["emoji", "⚠️ Reads a file ✅ 👩‍💻 🇩🇪 1️⃣ 🏴󠁧󠁢󠁳󠁣󠁴󠁿"],
    ["Russian", "Читает файл, а он может быть и пустым: API-ключ не нужен."],
    ["Greek", "Διαβάζει ένα αρχείο και το κείμενό του."],
    ["Chinese and Latin together", "使用API读取文件"],
    ["Korean after Latin", "API를 읽습니다"],
    ["Japanese", "ファイルをJSONとして読む"],
    ["Hebrew and Arabic", "קורא קובץ يقرأ ملفا"],
    ["a combining accent", "Re\u0301sume\u0301"],
    ["nothing", ""],
  ])("%s", (_, after) => {
    expect(bringsInHidden(BEFORE, after)).toBe(false);
    expect(bringsInHidden(null, after)).toBe(false);
  });

  test("no text at all", () => {
    expect(bringsInHidden(BEFORE, null)).toBe(false);
    expect(bringsInHidden("a\u200bb", undefined)).toBe(false);
  });
});

test("what was there before isn't brought in, unless it turns what is new", () => {
  const persian = "فایل را می\u200cخواند";
  expect(bringsInHidden(persian, `${persian}. خوب`)).toBe(false);
  expect(bringsInHidden(persian, `${persian} a\u200cb`)).toBe(true);
  expect(bringsInHidden("\u202e abc \u202c", "\u202e xyz \u202c")).toBe(true);
});

describe("laws", () => {
  const letters = fc.string({ unit: fc.constantFrom(..."abcdefg ,.;\n"), maxLength: 60 });
  const cut = fc.nat();

  test("plain ASCII never deceives", () => {
    fc.assert(fc.property(letters, letters, (a, b) => void expect(bringsInHidden(a, b)).toBe(false)));
  });

  test("an unseen character anywhere in new text is found", () => {
    const unseen = fc.constantFrom(
      "\u200b",
      "\u200d",
      "\u2060",
      "\u00ad",
      "\u202e",
      "\ue000",
      "\u{e0041}",
      "\u0007",
    );
    fc.assert(
      fc.property(letters, cut, unseen, (text, at, odd) => {
        const place = at % (text.length + 1);
        expect(bringsInHidden(text, text.slice(0, place) + odd + text.slice(place))).toBe(true);
      }),
    );
  });

  test("any text has an answer, and no change brings anything in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), (a, b) => {
        expect(typeof bringsInHidden(a, b)).toBe("boolean");
        const isTurned = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(a);
        expect(bringsInHidden(a, a)).toBe(isTurned);
      }),
      { numRuns: 1_000 },
    );
  });
});

import type { Json } from "../protocol/canonical.js";

/*
 * Text whose looks deceive: characters that nobody sees, that turn the direction of others, that are nobody's, and
 * letters that look like those of another alphabet. What a person reads isn't then what a model reads.
 */

/** Emoji as Unicode lists them are visible, though some are joined or styled by characters that aren't. */
const RGI_EMOJI = "\\p{RGI_Emoji}"; // not a literal: the compiler knows no flag v before es2024
const EMOJI = new RegExp(RGI_EMOJI, "gv");

// Classes of characters. What is unseen: control, format, private, unassigned and ignorable characters, odd line ends,
// and the blank that isn't a space.
const UNSEEN_CLASS = String.raw`\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\0-\x08\v-\x1f\x7f-\x9f`;
const WORD_CLASS = String.raw`\p{L}\p{M}\p{N}\u24b6-\u24e9_`;
const UNSEEN = new RegExp(`[${UNSEEN_CLASS}]`, "u");
const WORD = new RegExp(`[${WORD_CLASS}]+`, "gu");
/** A word with what is unseen in it or beside it. */
const RUN = new RegExp(`[${WORD_CLASS}${UNSEEN_CLASS}]+`, "gu");

/** What reorders the text after it, however far. */
const REORDERS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Letters of Cyrillic and Greek that are taken for ASCII letters; written by number, since nobody could tell them here. */
const LOOK_ALIKE =
  /[\u0405\u0406\u0408\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0430\u0433\u0435\u043a\u043c\u043e\u043f\u0440\u0441\u0442\u0443\u0445\u044c\u0455\u0456\u0458\u04bb\u04c0\u04cf\u0501\u050c\u051a\u051b\u051c\u051d\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03b1\u03b3\u03b5\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03c9]/u;

/** Letters that are taken for ASCII letters wherever they stand: of phonetics, full width, circles, mathematics, rare scripts. */
const DISGUISE =
  /[\u0251\u0261\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\u{1d400}-\u{1d7ff}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}\p{Script=Deseret}]/u;

/** Alphabets of Latin's kin, and Roman numerals, which aren't written in one word with it. */
const KIN = /[\p{Script=Cyrillic}\p{Script=Armenian}\u2160-\u217f]/u;

const LATIN = /[A-Za-z]/;
const ALPHABETS = [/^\p{Script=Cyrillic}+$/u, /^\p{Script=Greek}+$/u];

/** Whether a change of text brings in what deceives and wasn't there before. Any JSON, of which all texts count. */
export function bringsInHidden(before: Json | undefined, after: Json | undefined): boolean {
  const known = new Set(textsIn(before).flatMap(deceptions));
  const found = textsIn(after);
  return (
    found.some((text) => REORDERS.test(text)) || found.flatMap(deceptions).some((word) => !known.has(word))
  );
}

/** The words of a text that deceive. */
function deceptions(text: string): readonly string[] {
  const words = text.match(WORD) ?? [];
  const odd = words.filter((word) => isMixed(word) || DISGUISE.test(word));
  return [...unseenIn(text), ...odd, ...ALPHABETS.flatMap((alphabet) => disguised(words, alphabet))];
}

function unseenIn(text: string): readonly string[] {
  const visible = text.replaceAll("\r\n", "\n").replace(EMOJI, "");
  return (visible.match(RUN) ?? []).filter((run) => UNSEEN.test(run));
}

/** Latin, and letters that pass for it or belong to its kin, in one word. */
function isMixed(word: string): boolean {
  return LATIN.test(word) && (LOOK_ALIKE.test(word) || KIN.test(word));
}

/** Whole words of look-alikes, where no longer word shows that their alphabet is really used. */
function disguised(words: readonly string[], alphabet: RegExp): readonly string[] {
  const own = words.filter((word) => alphabet.test(word));
  const alike = own.filter(isAlike);
  const isUsed = own.some((word) => word.length > 2 && !isAlike(word));
  return isUsed ? [] : alike;
}

function isAlike(word: string): boolean {
  return [...word].every((letter) => LOOK_ALIKE.test(letter));
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]: [string, Json]) => [
    ...(Array.isArray(value) ? [] : [name]),
    ...textsIn(member),
  ]);
}

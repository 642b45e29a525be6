/** Control, bidirectional, invisible and private characters, and line separators: what a person doesn't see. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** The same, but lines may be broken. */
const HIDDEN_IN_LINES =
  /[\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\0-\t\v-\x1f\x7f-\x9f]/u;

/**
 * What is wrong with a text that people and models are shown (hall.md: tool texts with control, bidirectional or
 * invisible characters are refused), or undefined. A description may break its lines; nothing else may.
 */
export function hiddenCharacter(text: string, lines: "one line" | "many lines"): string | undefined {
  const found = (lines === "many lines" ? HIDDEN_IN_LINES : HIDDEN).exec(text);
  const code = found?.[0].codePointAt(0);
  if (found === null || code === undefined) return undefined;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return `has a control, bidirectional or invisible character (${name} at position ${found.index})`;
}

/** What to do about one. */
export const REMOVE_HIDDEN = "Remove it: people and models must be shown the same text";

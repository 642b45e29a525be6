/** What a person doesn't see or what moves what they see: control, bidirectional, invisible, private, line separators. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/**
 * Foreign text as a person is shown it: whole, on one line, with every such character spelled out as `\uXXXX`
 * (hall.md, Approvals). JSON that is escaped so is the same JSON.
 */
export function shownWhole(text: string): string {
  return text.replaceAll(HIDDEN, (character) =>
    Array.from({ length: character.length }, (_, unit) => spelled(character.charCodeAt(unit))).join(""),
  );
}

/** Whether a person sees all of a text as it is; lines may be broken. */
export function isShownAsItIs(text: string): boolean {
  return text.split("\n").every((line) => shownWhole(line) === line);
}

function spelled(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

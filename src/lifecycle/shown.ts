/**
 * Foreign text as a person may be shown it before deciding: whole, on one line, with every control, bidirectional
 * and invisible character spelled out, so that nothing looks like something else (hall.md, Approvals).
 */
export function shownText(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, escaped);
}

/** A JSON value as one line of such text. */
export function shownJson(value: unknown): string {
  return shownText(JSON.stringify(value) ?? "nothing");
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
    .join("");
}

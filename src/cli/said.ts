import type { Span } from "./line.js";

/** What a handler said, each line marked as its tool's words and none of the Hall's. */
export function saidLines(tool: string, text: string): readonly (readonly Span[])[] {
  return text.split("\n").map((line) => [{ style: "dim", text: `${tool} | ` }, line]);
}

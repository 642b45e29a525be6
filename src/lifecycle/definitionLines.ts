import { type DefinitionChange, definitionChanges } from "../compile/definitionChange.js";
import { bringsInHidden } from "../compile/hiddenText.js";
import type { Json } from "../protocol/canonical.js";
import type { ForeignDefinition } from "../protocol/foreign.js";
import { memberChanges } from "./memberChanges.js";
import { shownJson, shownText } from "./shown.js";

const KINDS: Readonly<Record<DefinitionChange["kind"], string>> = {
  name: "name",
  schema: "schema",
  hint: "hint",
  text: "text",
  hidden_text: "hidden text",
};

/** What differs between two definitions of one tool, a line each, its kind first: `schema input_schema.required: …`. */
export function differences(before: ForeignDefinition, after: ForeignDefinition): readonly string[] {
  const changes = definitionChanges(before, after);
  if (changes.length === 0) return memberChanges("definition", before as Json, after as Json); // never say nothing
  return changes.map(({ kind, path, before: was, after: is }) => {
    const place = `${KINDS[kind]} ${shownText(path === "" ? "definition" : path)}`;
    const shown = kind === "hidden_text" || kind === "name" ? spelledOut : shownValue;
    return `${place}: ${shown(was)} becomes ${shown(is)}`;
  });
}

/** A line for a definition whose text isn't what it looks like, with all of it spelled out; none for others. */
export function deceptionLines(origin: string, definition: ForeignDefinition): readonly string[] {
  if (!bringsInHidden(undefined, definition as Json)) return [];
  return [
    `tool ${origin}/${shownText(definition.name)} has text that isn't what it looks like: ${spelledOut(definition)}`,
  ];
}

/** Where letters deceive, all but plain ASCII is written by number. */
function spelledOut(value: unknown): string {
  return shownValue(value).replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function shownValue(value: unknown): string {
  return value === undefined || value === null ? "nothing" : shownJson(value);
}

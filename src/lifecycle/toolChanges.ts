import { canonicalJson, type JsonObject } from "../protocol/canonical.js";
import { ForeignDefinitionSchema } from "../protocol/foreign.js";
import { differences } from "./definitionLines.js";
import { memberChanges } from "./memberChanges.js";
import { shownText } from "./shown.js";

/** How an entry that comes or goes is written: on one line, or over several. */
export type ShownEntry = (entry: JsonObject) => string;

/**
 * What changes about the foreign tools of a policy, a line each, whole: a person sees every definition that is to be
 * trusted, and of one that changed what differs and in which kind. Tools are told apart by server and name.
 */
export function toolChanges(
  before: readonly JsonObject[],
  after: readonly JsonObject[],
  shown: ShownEntry,
): readonly string[] {
  const [old, now] = [byName(before), byName(after)];
  const gone = [...old].filter(([name]) => !now.has(name));
  return [
    ...gone.map(([name, entry]) => `tool ${shownText(name)} no longer accepted (was ${shown(entry)})`),
    ...[...now].flatMap(([name, entry]) => {
      const was = old.get(name);
      const place = `tool ${shownText(name)}`;
      return was === undefined ? [`${place} accepted: ${shown(entry)}`] : entryChanges(place, was, entry);
    }),
  ];
}

function entryChanges(place: string, before: JsonObject, after: JsonObject): readonly string[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  const { definition: old, ...restBefore } = before;
  const { definition: now, ...restAfter } = after;
  const [was, is] = [ForeignDefinitionSchema.safeParse(old), ForeignDefinitionSchema.safeParse(now)];
  const definition =
    was.success && is.success
      ? differences(was.data, is.data).map((line) => `${place} ${line}`)
      : memberChanges(`${place}.definition`, old, now);
  return [...memberChanges(place, restBefore, restAfter), ...definition];
}

function byName(tools: readonly JsonObject[]): ReadonlyMap<string, JsonObject> {
  return new Map(tools.map((tool) => [nameOf(tool), tool]));
}

/** `memory/read_graph` */
function nameOf({ origin, definition }: JsonObject): string {
  const name = (definition as JsonObject | undefined)?.["name"];
  return `${String(origin)}/${String(name)}`;
}

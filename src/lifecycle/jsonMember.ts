import { isDeepStrictEqual } from "node:util";
import { isObject } from "../evidence/members.js";
import { type JsonPlace, readPlaces } from "./jsonPlaces.js";

/** A text with something put in: only that, at one place, so that cutting it out again gives the old text. */
export type Insertion = { readonly text: string; readonly at: number; readonly length: number };

type Path = readonly [holder: string, name: string];

/** The object of servers in a client's file: none, or something that isn't one where it should be, gives undefined. */
export function memberAt(root: JsonPlace, [holder, name]: Path): unknown {
  const servers = isObject(root.value) ? root.value[holder] : undefined;
  return isObject(servers) ? servers[name] : undefined;
}

/**
 * Puts `name: value` first into the object `holder` of a JSON text, or that object itself if it is missing. Everything
 * else stays byte for byte, indentation and line ends are those of the text. Undefined where that can't be done so.
 */
export function insertMember(
  text: string,
  path: Path,
  value: unknown,
  relaxed: boolean,
): Insertion | undefined {
  const root = readPlaces(text, relaxed);
  if (root === undefined || !isObject(root.value) || memberAt(root, path) !== undefined) return undefined;
  const [holder, name] = path;
  const there = root.members?.find((member) => member.name === holder)?.place;
  if (there !== undefined && there.members === undefined) return undefined;
  const inserted =
    there === undefined
      ? insertInto(text, root, holder, { [name]: value }, 1)
      : insertInto(text, there, name, value, 2);
  const servers = { ...((there?.value as object | undefined) ?? {}), [name]: value };
  return says(inserted.text, { ...root.value, [holder]: servers }, relaxed) ? inserted : undefined;
}

/** Takes such a member out of a text that was changed meanwhile. Undefined where that can't be done. */
export function removeMember(text: string, path: Path, relaxed: boolean): string | undefined {
  const root = readPlaces(text, relaxed);
  const [holder, name] = path;
  const members = root?.members?.find((member) => member.name === holder)?.place.members;
  const i = members?.findIndex((member) => member.name === name) ?? -1;
  const member = members?.[i];
  if (root === undefined || members === undefined || member === undefined) return undefined;
  const before = text.slice(0, member.start).trimEnd().length;
  const after = member.comma === undefined ? member.place.end : member.comma + 1;
  let rest = text.slice(0, before) + text.slice(after);
  const comma = members[i - 1]?.comma;
  if (member.comma === undefined && comma !== undefined) rest = rest.slice(0, comma) + rest.slice(comma + 1);
  const { [name]: _, ...others } = (root.value as Record<string, Record<string, unknown>>)[holder] ?? {};
  return says(rest, { ...(root.value as object), [holder]: others }, relaxed) ? rest : undefined;
}

function insertInto(text: string, object: JsonPlace, name: string, value: unknown, depth: number): Insertion {
  const at = object.start + 1;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const unit = /\n([ \t]+)"/.exec(text)?.[1] ?? "  ";
  const lines = JSON.stringify(value, null, unit).replaceAll("\n", `${eol}${unit.repeat(depth)}`);
  const member = `${eol}${unit.repeat(depth)}${JSON.stringify(name)}: ${lines}`;
  const isEmpty = object.members?.length === 0;
  const endsLine = /^[ \t]*\r?\n/.test(text.slice(at));
  const tail = isEmpty ? (endsLine ? "" : `${eol}${unit.repeat(depth - 1)}`) : ",";
  const inserted = `${member}${tail}`;
  return { text: text.slice(0, at) + inserted + text.slice(at), at, length: inserted.length };
}

/** An edit is only kept if what it made says exactly what was meant. */
function says(text: string, value: unknown, relaxed: boolean): boolean {
  return isDeepStrictEqual(readPlaces(text, relaxed)?.value, value);
}

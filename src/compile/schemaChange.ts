import type { Json, JsonObject } from "../protocol/canonical.js";
import { type Changes, memberChanges, pointer, textChange, wholeChange } from "./differing.js";
import { KEYWORDS, type Shape } from "./keywords.js";
import { isObject } from "./subschemas.js";

type Maybe = Json | undefined;

/** Members of a schema that say nothing about a value. A default isn't one: frameworks fill it in. */
const TEXTS: ReadonlySet<string> = new Set(["title", "description", "$comment"]);

/** Keywords of older drafts that hold schemas. */
const OLDER: ReadonlyMap<string, Shape> = new Map([
  ["definitions", "schemas by name"],
  ["dependencies", "schemas by name"],
  ["additionalItems", "schema or boolean"],
]);

/** The differences of two schemas. Text counts as text only at a schema's own place: a property may be called title. */
export function schemaChanges(path: string, before: JsonObject | null, after: JsonObject | null): Changes {
  if (before === null || after === null) return wholeChange("schema", path, before, after);
  return changesIn(path, before, after, !refersAside(before) && !refersAside(after));
}

/** `isPlain`: no reference leads into examples, so they are merely text. */
function changesIn(path: string, before: JsonObject, after: JsonObject, isPlain: boolean): Changes {
  return memberChanges(path, before, after, (at, was, is, name) => {
    const isText = [was, is].every((value) => value === undefined || isTextAt(name, value, isPlain));
    return isText ? textChange(at, was, is) : changesAt(at, shapeOf(name), was, is, isPlain);
  });
}

function isTextAt(name: string, value: Json, isPlain: boolean): boolean {
  if (name === "examples") return isPlain && Array.isArray(value);
  return TEXTS.has(name) && typeof value === "string";
}

function shapeOf(name: string): Shape | undefined {
  return OLDER.get(name) ?? KEYWORDS.get(name)?.shape;
}

/** The differences inside a keyword, where it holds schemas on both sides in the same way; else it is compared whole. */
function changesAt(
  path: string,
  shape: Shape | undefined,
  before: Maybe,
  after: Maybe,
  isPlain: boolean,
): Changes {
  const inner = (at: string, was: Maybe, is: Maybe): Changes =>
    isObject(was) && isObject(is) ? changesIn(at, was, is, isPlain) : wholeChange("schema", at, was, is);
  switch (shape) {
    case "schemas by name":
    case "schemas by pattern":
      return isObject(before) && isObject(after)
        ? memberChanges(path, before, after, inner)
        : wholeChange("schema", path, before, after);
    case "schema":
    case "schema or boolean":
    case "schemas":
      return Array.isArray(before) && Array.isArray(after) && before.length === after.length
        ? before.flatMap((was: Json, i) => inner(pointer(path, i), was, after[i]))
        : inner(path, before, after);
    default:
      return wholeChange("schema", path, before, after);
  }
}

/** Whether any reference goes elsewhere than to the root or one of its definitions. */
function refersAside(value: Json): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([name, member]: [string, Json]) =>
      (isReference(name) && !isPlainReference(member)) || refersAside(member),
  );
}

function isReference(name: string): boolean {
  return name === "$ref" || name === "$dynamicRef" || name === "$recursiveRef";
}

function isPlainReference(value: Json): boolean {
  return typeof value === "string" && /^#(?:\/(?:\$defs|definitions)\/[^/%~]+)?$/.test(value);
}

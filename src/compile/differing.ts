import { canonicalJson, type Json, type JsonObject } from "../protocol/canonical.js";
import { bringsInHidden } from "./hiddenText.js";

/**
 * One difference between two definitions of a foreign tool. `path` is a JSON pointer into the definition; `before` and
 * `after` are undefined where there is nothing.
 */
export type DefinitionChange = {
  /** `text` is what only people and models read; `hidden_text` such text that brings in what they don't see as it is. */
  readonly kind: "name" | "schema" | "hint" | "text" | "hidden_text";
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
};
export type Changes = readonly DefinitionChange[];

type Maybe = Json | undefined;

/** The change of a member that is compared whole. */
export function wholeChange(
  kind: "name" | "schema" | "hint",
  path: string,
  before: Maybe,
  after: Maybe,
): Changes {
  return isSame(before, after) ? [] : [{ kind, path, before, after }];
}

/** The change of a member that is text. */
export function textChange(path: string, before: Maybe, after: Maybe): Changes {
  if (isSame(before, after)) return [];
  return [{ kind: bringsInHidden(before, after) ? "hidden_text" : "text", path, before, after }];
}

/** The changes of the members that either object has, in the order of their names. */
export function memberChanges(
  path: string,
  before: JsonObject,
  after: JsonObject,
  change: (path: string, was: Maybe, is: Maybe, name: string) => Changes,
): Changes {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [was, is] = [before, after].map((object) =>
      Object.hasOwn(object, name) ? object[name] : undefined,
    );
    return change(pointer(path, name), was, is, name);
  });
}

/** A JSON pointer one step further (RFC 6901). */
export function pointer(path: string, name: string | number): string {
  return `${path}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function isSame(a: Maybe, b: Maybe): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}

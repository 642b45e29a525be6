import type { Json, JsonObject } from "../protocol/canonical.js";
import { KEYWORDS, type Place } from "./keywords.js";

/** A schema found inside another: where, and how it stands to the value that the outer one describes. */
export type Subschema = {
  readonly schema: JsonObject;
  readonly path: readonly (string | number)[];
  readonly keyword: string;
  readonly place: Place;
  readonly condition: boolean;
};

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schemas directly inside a schema, in the order in which it writes them; what isn't one is left out. */
export function subschemas(schema: JsonObject): Subschema[] {
  const all: Subschema[] = [];
  mapSubschemas(schema, (found) => {
    all.push(found);
    return found.schema;
  });
  return all;
}

/** The schema with each schema directly inside it replaced. */
export function mapSubschemas(schema: JsonObject, change: (found: Subschema) => Json): JsonObject {
  const members = Object.entries(schema).map(([keyword, value]): [string, Json] => {
    const { shape, place, condition = false } = KEYWORDS.get(keyword) ?? {};
    if (place === undefined) return [keyword, value];
    const inner = (child: Json, ...path: (string | number)[]) =>
      isObject(child)
        ? change({ schema: child, path: [keyword, ...path], keyword, place, condition })
        : child;
    if (shape === "schemas")
      return [keyword, Array.isArray(value) ? value.map((child: Json, i) => inner(child, i)) : value];
    if (shape !== "schemas by name" && shape !== "schemas by pattern") return [keyword, inner(value)];
    if (!isObject(value)) return [keyword, value];
    return [
      keyword,
      Object.fromEntries(Object.entries(value).map(([name, child]) => [name, inner(child, name)])),
    ];
  });
  return Object.fromEntries(members);
}

/** The types that a schema names itself; none when it doesn't say. */
export function typesOf(schema: JsonObject): readonly string[] {
  const { type } = schema;
  if (typeof type === "string") return [type];
  return Array.isArray(type) ? type.filter((name): name is string => typeof name === "string") : [];
}

/** The name in `#/$defs/<name>`, or undefined when a reference has another form. */
export function refName(ref: unknown): string | undefined {
  return typeof ref === "string" ? /^#\/\$defs\/([A-Za-z0-9_.-]{1,64})$/.exec(ref)?.[1] : undefined;
}

/** The schema that a `$ref` of `root` names, if it exists. */
export function definitionOf(root: JsonObject, name: string): JsonObject | undefined {
  const definitions = root["$defs"];
  if (!isObject(definitions) || !Object.hasOwn(definitions, name)) return undefined;
  const definition = definitions[name];
  return isObject(definition) ? definition : undefined;
}

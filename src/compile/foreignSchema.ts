import type { Json, JsonObject } from "../protocol/canonical.js";
import { checkShape } from "./keywordShape.js";
import { ANNOTATIONS, FORMATS, KEYWORDS } from "./keywords.js";
import { locate } from "./localRef.js";
import { beneath, type Problem } from "./problem.js";
import { isObject } from "./subschemas.js";

/*
 * A schema that others wrote is hostile until it is understood: every keyword that we know is read and written again,
 * in the words that our own validator runs (JSON Schema 2020-12, references to $defs alone), and all others are left
 * out, as the specification has it. So the library never sees a word that we didn't write.
 */

type Dialect = "draft-07" | "2020-12";

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ["json-schema.org/draft-07/schema", "draft-07"],
  ["json-schema.org/draft/2020-12/schema", "2020-12"],
]);

/** What draft-07 doesn't know, and so ignores. */
const NEWER: ReadonlySet<string> = new Set([
  "prefixItems",
  "unevaluatedItems",
  "unevaluatedProperties",
  "dependentRequired",
  "dependentSchemas",
  "minContains",
  "maxContains",
]);

/** Where a schema stands: its path for problems, and what its references start from. */
type At = { readonly path: readonly (string | number)[]; readonly base: JsonObject };
type Waiting = At & { readonly name: string; readonly target: Json };
type Work = {
  readonly dialect: Dialect;
  readonly problems: Problem[];
  /** Definitions by what is referred to. */
  readonly names: Map<Json, string>;
  readonly waiting: Waiting[];
};

/** The same schema in our words, and what keeps it from being that. Its values are JSON; its shape may be anything. */
export function translateSchema(schema: JsonObject): {
  readonly schema: JsonObject;
  readonly problems: readonly Problem[];
} {
  const dialect = dialectOf(schema["$schema"]);
  if (dialect === undefined) return { schema: {}, problems: [OTHER_DIALECT] };
  const work: Work = { dialect, problems: [], names: new Map(), waiting: [] };
  const root = rewrite(schema, { path: [], base: schema }, work);
  const definitions: [string, Json][] = [];
  for (const next of work.waiting) definitions.push([next.name, inner(next.target, next, work)]); // grows on the way
  const $defs = definitions.length === 0 ? {} : { $defs: Object.fromEntries(definitions) };
  return { schema: { ...root, ...$defs }, problems: work.problems };
}

const OTHER_DIALECT: Problem = {
  path: ["$schema"],
  message: "names a dialect that isn't read here",
  remedy: "Describe the tool in JSON Schema draft-07 or 2020-12",
};

function dialectOf($schema: Json | undefined): Dialect | undefined {
  if ($schema === undefined) return "2020-12"; // MCP's default
  return typeof $schema === "string" ? DIALECTS.get($schema.replace(/^https?:\/\/|#$/g, "")) : undefined;
}

function rewrite(schema: JsonObject, at: At, work: Work): JsonObject {
  const { $ref } = schema;
  // Draft-07 ignores whatever stands beside a reference, an address too.
  if (work.dialect === "draft-07" && $ref !== undefined) return { $ref: refer($ref, at, work) };
  const { $id } = schema;
  const isResource = typeof $id === "string" && !$id.startsWith("#");
  const here = isResource ? { ...at, base: schema } : at;
  const members = Object.keys(schema).flatMap((name) => rewriteKeyword(name, schema, here, work));
  return Object.fromEntries(members);
}

function rewriteKeyword(name: string, schema: JsonObject, at: At, work: Work): readonly [string, Json][] {
  const value = schema[name] as Json;
  if (work.dialect === "draft-07" && NEWER.has(name)) return [];
  switch (name) {
    case "$ref":
      return [["$ref", refer(value, at, work)]];
    case "$dynamicRef":
      report(work, at, [name], "follows a reference that changes with the way to it", "Use $ref");
      return [];
    case "items":
      // An array is draft-07's way; servers that don't name their dialect write it too.
      return Array.isArray(value)
        ? schemas("prefixItems", value, at, work)
        : subschema(name, value, at, work);
    case "additionalItems":
      return Array.isArray(schema["items"]) ? subschema("items", value, below(at, name), work) : [];
    case "dependencies":
      return work.dialect === "draft-07" ? dependencies(value, at, work) : [];
    case "format":
      return (FORMATS as readonly Json[]).includes(value) ? [[name, value]] : [];
    default:
      return ANNOTATIONS.has(name) ? [] : known(name, value, at, work);
  }
}

function known(name: string, value: Json, at: At, work: Work): readonly [string, Json][] {
  const { shape, place } = KEYWORDS.get(name) ?? {};
  if (shape === undefined || place === "definition") return []; // definitions come by the references to them
  switch (shape) {
    case "schema":
    case "schema or boolean":
      return subschema(name, value, at, work);
    case "schemas":
      return schemas(name, value, at, work);
    case "schemas by name":
    case "schemas by pattern":
      return schemasByName(name, value, at, work);
    default: {
      const isCounting = name === "minContains" || name === "maxContains"; // none is a number too
      work.problems.push(...beneath(at.path, checkShape(name, isCounting ? "count" : shape, value)));
      return [[name, value]];
    }
  }
}

function subschema(name: string, value: Json, at: At, work: Work): readonly [string, Json][] {
  return [[name, inner(value, below(at, name), work)]];
}

function schemas(name: string, value: Json, at: At, work: Work): readonly [string, Json][] {
  if (!Array.isArray(value) || value.length === 0) {
    report(work, at, [name], "must be a list of schemas", "Write at least one");
    return [];
  }
  return [[name, value.map((child: Json, i) => inner(child, below(at, name, i), work))]];
}

function schemasByName(name: string, value: Json, at: At, work: Work): readonly [string, Json][] {
  if (!isObject(value)) {
    report(work, at, [name], "must be an object of schemas", "Write {name: {type: string}}");
    return [];
  }
  const isByPattern = KEYWORDS.get(name)?.shape === "schemas by pattern";
  const children = Object.entries(value).map(([key, child]): [string, Json] => {
    if (isByPattern) work.problems.push(...beneath([...at.path, name], checkShape(key, "pattern", key)));
    return [key, inner(child, below(at, name, key), work)];
  });
  return [[name, Object.fromEntries(children)]];
}

/** Each member says either which others come with it, or what the whole object is like then. */
function dependencies(value: Json, at: At, work: Work): readonly [string, Json][] {
  const entries = isObject(value) ? Object.entries(value) : [];
  const lists = entries.filter(([, child]) => Array.isArray(child));
  const others = entries.filter(([, child]) => !Array.isArray(child));
  return [
    ...known("dependentRequired", Object.fromEntries(lists), at, work),
    ...known("dependentSchemas", isObject(value) ? Object.fromEntries(others) : value, at, work),
  ];
}

/** A schema inside another, which may be a bare true or false. */
function inner(value: Json, at: At, work: Work): Json {
  if (typeof value === "boolean") return value;
  if (isObject(value)) return rewrite(value, at, work);
  report(work, at, [], "must be a schema", "Write an object, as {type: string}");
  return {};
}

/** The place in $defs of what a reference means. */
function refer(ref: Json, at: At, work: Work): string {
  const found = locate(ref, at.base);
  if (!("target" in found)) {
    report(work, at, ["$ref"], found.message, found.remedy);
    return "#/$defs/nowhere";
  }
  const { target, base, path } = found;
  const before = work.names.get(target);
  if (before !== undefined) return `#/$defs/${before}`;
  const name = `r${work.names.size}`;
  work.names.set(target, name);
  work.waiting.push({ name, target, base, path });
  return `#/$defs/${name}`;
}

function below(at: At, ...names: readonly (string | number)[]): At {
  return { ...at, path: [...at.path, ...names] };
}

function report(work: Work, at: At, names: readonly string[], message: string, remedy: string): void {
  work.problems.push({ path: [...at.path, ...names], message, remedy });
}

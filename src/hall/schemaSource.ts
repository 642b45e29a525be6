import { canonicalJson, type JsonObject } from "../protocol/canonical.js";

/** A zod 4 schema, known by what it can do: it writes itself as JSON Schema, with the zod that made it. */
export type ZodLike = {
  toJSONSchema(options: { readonly io: "input" | "output"; readonly target: "draft-2020-12" }): object;
};

/** JSON Schema, or a schema of the caller's own zod 4 (4.2 or later). */
export type SchemaSource = JsonObject | ZodLike;

/**
 * JSON Schema from what a host gives. zod is never imported for it: a zod 4 schema converts itself. Throws TypeError for
 * a schema of a zod that can't, which says how to convert it, and for what isn't a schema.
 */
export function jsonSchemaOf(source: SchemaSource, io: "input" | "output"): JsonObject {
  if (typeof source !== "object" || source === null) throw new TypeError("expected a JSON Schema object");
  if (isZodLike(source)) return plain(source.toJSONSchema({ io, target: "draft-2020-12" }));
  if ("_zod" in source)
    throw new TypeError("a schema of zod before 4.2 doesn't convert itself; give z.toJSONSchema(schema)");
  if ("_def" in source)
    throw new TypeError(
      "a zod 3 schema; give what zodToJsonSchema(schema) of zod-to-json-schema makes of it",
    );
  return plain(source);
}

function isZodLike(source: object): source is ZodLike {
  return "_zod" in source && "toJSONSchema" in source && typeof source.toJSONSchema === "function";
}

/** What has canonical text, and nothing else: converters leave functions and symbols on what they make. */
function plain(schema: object): JsonObject {
  const json = JSON.parse(JSON.stringify(schema)) as JsonObject;
  if (Array.isArray(json)) throw new TypeError("expected a JSON Schema object");
  canonicalJson(json);
  return json;
}

import { z } from "zod";

/** The schema of the member at a path, or undefined where a schema says nothing of it. */
export function schemaAt(root: z.ZodType, path: readonly PropertyKey[]): unknown {
  let schema: unknown = root;
  for (const segment of path) {
    schema = unwrap(schema);
    if (schema instanceof z.ZodObject) schema = schema.shape[String(segment)];
    else if (schema instanceof z.ZodArray) schema = schema.element;
    else if (schema instanceof z.ZodRecord) schema = schema.valueType;
    else return undefined;
  }
  return schema;
}

/** The keys that may stand at a path, or none where it isn't an object of ours. */
export function keysAt(root: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const schema = unwrap(schemaAt(root, path));
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unwrap(schema: unknown): unknown {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional
  ) {
    return unwrap(schema.unwrap());
  }
  return schema;
}

import type { JsonObject } from "../protocol/canonical.js";
import { definitionDigest, type ForeignDefinition } from "../protocol/foreign.js";
import { type Changes, type DefinitionChange, memberChanges, textChange, wholeChange } from "./differing.js";
import { schemaChanges } from "./schemaChange.js";

export type { DefinitionChange } from "./differing.js";

/**
 * Every difference between two definitions of a foreign tool: none exactly if their digests are equal. Throws
 * CanonicalError for a definition that has no digest.
 */
export function definitionChanges(
  before: ForeignDefinition,
  after: ForeignDefinition,
): readonly DefinitionChange[] {
  if (definitionDigest(before) === definitionDigest(after)) return [];
  return [
    ...wholeChange("name", "/name", before.name, after.name),
    ...textChange("/title", before.title, after.title),
    ...textChange("/description", before.description, after.description),
    ...hintChanges("/annotations", before.annotations, after.annotations),
    ...schemaChanges("/input_schema", before.input_schema, after.input_schema),
    ...schemaChanges("/output_schema", before.output_schema, after.output_schema),
  ];
}

/** Whether nothing changed but text that shows itself as it is. */
export function isTextOnly(changes: readonly DefinitionChange[]): boolean {
  return changes.every(({ kind }) => kind === "text");
}

/** Of a tool's annotations only the title is text; the others tell a host how to treat its calls. */
function hintChanges(path: string, before: JsonObject | null, after: JsonObject | null): Changes {
  const changes = memberChanges(path, before ?? {}, after ?? {}, (at, was, is, name) => {
    const isText =
      name === "title" && [was, is].every((text) => text === undefined || typeof text === "string");
    return isText ? textChange(at, was, is) : wholeChange("hint", at, was, is);
  });
  return changes.length > 0 ? changes : wholeChange("hint", path, before, after); // none, or none inside
}

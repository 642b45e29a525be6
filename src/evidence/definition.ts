import { type ForeignDefinition, ForeignDefinitionSchema } from "../protocol/foreign.js";
import { RecordError } from "./members.js";
import { readCanonical } from "./record.js";

/** The definition in a document of this digest: exactly its members, canonical. Throws RecordError, also where there is no document. */
export function parseDefinition(digest: string, bytes: Uint8Array | undefined): ForeignDefinition {
  if (bytes === undefined) throw new RecordError(`the definition ${digest} is missing or changed`);
  const read = ForeignDefinitionSchema.safeParse(readCanonical("definition", bytes));
  if (!read.success) throw new RecordError(`the document ${digest} isn't a tool's definition`);
  return read.data;
}

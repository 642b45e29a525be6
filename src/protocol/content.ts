import { z } from "zod";
import type { Json } from "./canonical.js";

/*
 * Content blocks, as MCP spells them (MCP 2025-11-25, tools/call): what a handler may answer instead of plain JSON,
 * and what a foreign server answers.
 */

const annotated = { annotations: z.record(z.string(), z.unknown()).exactOptional() };
const mimeType = z.string().min(1).max(255);
const uri = z.string().min(1).max(2048);
const base64 = z.base64();

const ResourceContentsSchema = z.union([
  z.strictObject({ uri, mimeType: mimeType.exactOptional(), text: z.string() }),
  z.strictObject({ uri, mimeType: mimeType.exactOptional(), blob: base64 }),
]);

export const ContentBlockSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text"), text: z.string(), ...annotated }),
  z.strictObject({ type: z.literal("image"), data: base64, mimeType, ...annotated }),
  z.strictObject({ type: z.literal("audio"), data: base64, mimeType, ...annotated }),
  z.strictObject({ type: z.literal("resource"), resource: ResourceContentsSchema, ...annotated }),
  z.strictObject({
    type: z.literal("resource_link"),
    uri,
    name: z.string().min(1).max(255),
    title: z.string().max(255).exactOptional(),
    description: z.string().max(1024).exactOptional(),
    mimeType: mimeType.exactOptional(),
    size: z.int().min(0).exactOptional(),
    ...annotated,
  }),
]);
export type ContentBlock = z.infer<typeof ContentBlockSchema>;

/** What a tool whose manifest says `output: content` answers: blocks to show, and beside them what its output_schema describes. */
export const ContentOutputSchema = z.strictObject({
  content: z.array(ContentBlockSchema).max(1_000),
  structured: z.custom<Json>((value) => value !== undefined).exactOptional(),
});

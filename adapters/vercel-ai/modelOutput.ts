import type { Tool } from "ai";
import type { ContentBlock } from "../../src/protocol/content.js";
import { isRefusal, isShownOutput } from "./refusal.js";

type ToModelOutput = NonNullable<Tool["toModelOutput"]>;
type ModelOutput = Awaited<ReturnType<ToModelOutput>>;
type ContentPart = Extract<ModelOutput, { type: "content" }>["value"][number];

/**
 * What the model reads of a governed tool's value: of a refusal the Hall's text, as execution-denied; of content
 * blocks each block; of anything else what `own` makes of it, or the SDK would.
 */
export function modelOutputWith(own: ToModelOutput | undefined): ToModelOutput {
  return (said) => {
    const output: unknown = said.output;
    if (isRefusal(output)) {
      const { outcome, message } = output.hall;
      // A run that failed was no denial: it may have done something.
      return outcome === "failed"
        ? { type: "error-text", value: message }
        : { type: "execution-denied", reason: message };
    }
    if (isShownOutput(output)) return { type: "content", value: output.hall.content.map(partOf) };
    if (own !== undefined) return own(said);
    return typeof output === "string"
      ? { type: "text", value: output }
      : { type: "json", value: (output ?? null) as Extract<ModelOutput, { type: "json" }>["value"] };
  };
}

/** A content block as a part that both ai 6 and ai 7 know, which call the newer's `file` by different names. */
function partOf(block: ContentBlock): ContentPart {
  switch (block.type) {
    case "text":
      return { type: "text", text: block.text };
    case "image":
      return { type: "image-data", data: block.data, mediaType: block.mimeType };
    case "audio":
      return { type: "file-data", data: block.data, mediaType: block.mimeType };
    case "resource": {
      const { resource } = block;
      if ("text" in resource) return { type: "text", text: resource.text };
      return {
        type: "file-data",
        data: resource.blob,
        mediaType: resource.mimeType ?? "application/octet-stream",
      };
    }
    case "resource_link":
      return { type: "text", text: `${block.name}: ${block.uri}` };
    default:
      return unreachable(block);
  }
}

function unreachable(value: never): never {
  throw new TypeError(`a content block that has no part (${typeof value})`);
}

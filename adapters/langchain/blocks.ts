import type { ContentBlock as LangChainBlock } from "@langchain/core/messages";
import type { ContentBlock } from "../../src/protocol/content.js";

/**
 * A content block as LangChain's providers take it. What a resource says is text to a model; a link stays text too,
 * since a provider would fetch a file that is only named.
 */
export function langChainBlock(block: ContentBlock): LangChainBlock {
  switch (block.type) {
    case "text":
      return { type: "text", text: block.text };
    case "image":
    case "audio":
      return { type: block.type, source_type: "base64", data: block.data, mime_type: block.mimeType };
    case "resource":
      return resourceBlock(block.resource);
    case "resource_link":
      return { type: "text", text: JSON.stringify(withoutAnnotations(block)) };
    default:
      return unreachable(block);
  }
}

function resourceBlock(resource: Extract<ContentBlock, { type: "resource" }>["resource"]): LangChainBlock {
  if ("text" in resource) return { type: "text", text: resource.text };
  const { uri, mimeType = "application/octet-stream", blob } = resource;
  return { type: "file", source_type: "base64", data: blob, mime_type: mimeType, metadata: { uri } };
}

function withoutAnnotations({ annotations: _, ...link }: Extract<ContentBlock, { type: "resource_link" }>) {
  return link;
}

function unreachable(block: never): never {
  throw new TypeError(`a content block that has no rendering (${typeof block})`);
}

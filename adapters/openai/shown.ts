import { sayOutcome } from "../../src/hall/said.js";
import type { ContentBlock } from "../../src/protocol/content.js";
import type { Outcome } from "../../src/protocol/outcome.js";
import type { ChatToolMessage, ResponsesContent, ResponsesToolOutput } from "./types.js";

/** An outcome as Chat Completions shows it to a model: text alone. */
export function shownInChat(outcome: Outcome): ChatToolMessage["content"] {
  return shown(outcome, (block) => ({ type: "text", text: textOf(block) }));
}

/** An outcome as Responses shows it to a model: text and images. */
export function shownInResponses(outcome: Outcome): ResponsesToolOutput["output"] {
  return shown(outcome, (block): ResponsesContent => {
    if (block.type !== "image") return { type: "input_text", text: textOf(block) };
    const image_url = `data:${block.mimeType};base64,${block.data}`;
    return { type: "input_image", image_url, detail: "auto" };
  });
}

function shown<T>(outcome: Outcome, show: (block: ContentBlock) => T): string | T[] {
  if (outcome.kind !== "done") return sayOutcome(outcome);
  const { content, output } = outcome;
  return content === null || content.length === 0 ? JSON.stringify(output) : content.map(show);
}

/** What can't be shown is named, so that a model knows that it was there. */
function textOf(block: ContentBlock): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
    case "audio":
      return `[${block.type}, ${block.mimeType}: can't be shown here]`;
    case "resource_link":
      return `[${block.name}: ${block.uri}]`;
    case "resource":
      return "text" in block.resource
        ? block.resource.text
        : `[${block.resource.uri}, ${block.resource.mimeType ?? "binary"}: can't be shown here]`;
  }
}

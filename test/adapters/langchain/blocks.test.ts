import { isDataContentBlock } from "@langchain/core/messages";
import { describe, expect, test } from "vitest";
import { langChainBlock } from "../../../adapters/langchain/blocks.js";
import type { ContentBlock } from "../../../src/protocol/content.js";

describe("content blocks", () => {
  test.each<[ContentBlock, object]>([
    [
      { type: "text", text: "hi", annotations: { audience: ["user"] } },
      { type: "text", text: "hi" },
    ],
    [
      { type: "image", data: "aGk=", mimeType: "image/png" },
      { type: "image", source_type: "base64", data: "aGk=", mime_type: "image/png" },
    ],
    [
      { type: "audio", data: "aGk=", mimeType: "audio/wav" },
      { type: "audio", source_type: "base64", data: "aGk=", mime_type: "audio/wav" },
    ],
    [
      { type: "resource", resource: { uri: "hall://a", text: "words" } },
      { type: "text", text: "words" },
    ],
    [
      { type: "resource", resource: { uri: "hall://a", blob: "aGk=" } },
      {
        type: "file",
        source_type: "base64",
        data: "aGk=",
        mime_type: "application/octet-stream",
        metadata: { uri: "hall://a" },
      },
    ],
    [
      { type: "resource_link", uri: "http://10.0.0.1/", name: "a", annotations: {} },
      { type: "text", text: '{"type":"resource_link","uri":"http://10.0.0.1/","name":"a"}' },
    ],
  ])("%j is what LangChain takes", (block, shown) => {
    const made = langChainBlock(block);
    expect(made).toEqual(shown);
    expect(made.type === "text" || isDataContentBlock(made)).toBe(true);
  });
});

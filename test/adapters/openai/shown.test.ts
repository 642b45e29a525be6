import { describe, expect, test } from "vitest";
import { shownInChat, shownInResponses } from "../../../adapters/openai/shown.js";
import type { ContentBlock } from "../../../src/protocol/content.js";
import type { Outcome } from "../../../src/protocol/outcome.js";

const done = (content: readonly ContentBlock[] | null): Outcome =>
  ({ kind: "done", output: { n: 1 }, content, record_id: "r", receipt_id: "r" }) as unknown as Outcome;

const IMAGE: ContentBlock = { type: "image", data: "aGk=", mimeType: "image/png" };
const BLOCKS: readonly ContentBlock[] = [
  { type: "text", text: "hello" },
  IMAGE,
  { type: "audio", data: "aGk=", mimeType: "audio/wav" },
  { type: "resource_link", uri: "file:///a", name: "a" },
  { type: "resource", resource: { uri: "file:///b", text: "inside" } },
  { type: "resource", resource: { uri: "file:///c", blob: "aGk=" } },
];
const NAMED = [
  "[audio, audio/wav: can't be shown here]",
  "[a: file:///a]",
  "inside",
  "[file:///c, binary: can't be shown here]",
];

describe("what a model is shown", () => {
  test("plain output is its JSON", () => {
    expect(shownInChat(done(null))).toBe('{"n":1}');
    expect(shownInResponses(done(null))).toBe('{"n":1}');
  });

  test("content blocks, as far as each API takes them; what it doesn't take is named", () => {
    expect(shownInChat(done(BLOCKS))).toEqual(
      ["hello", "[image, image/png: can't be shown here]", ...NAMED].map((text) => ({ type: "text", text })),
    );
    expect(shownInResponses(done(BLOCKS))).toEqual([
      { type: "input_text", text: "hello" },
      { type: "input_image", image_url: "data:image/png;base64,aGk=", detail: "auto" },
      ...NAMED.map((text) => ({ type: "input_text", text })),
    ]);
  });
});

import { describe, expect, test } from "vitest";
import type { Refusal, ShownOutput } from "../../../adapters/vercel-ai/index.js";
import { modelOutputWith } from "../../../adapters/vercel-ai/modelOutput.js";
import { openScene } from "./scene.js";
import { type Message, type Part, SDKS } from "./sdks.js";

const read = (output: unknown) => modelOutputWith(undefined)({ toolCallId: "c1", input: {}, output });
const refused = (outcome: Refusal["hall"]["outcome"]): Refusal => ({
  hall: { outcome, code: null, record_id: null, message: "why" },
});

describe("what the model reads", () => {
  test.each([
    ["a text as text", "rain", { type: "text", value: "rain" }],
    ["a value as JSON", { hits: [] }, { type: "json", value: { hits: [] } }],
    ["nothing as null", undefined, { type: "json", value: null }],
    ["a denial as execution-denied", refused("denied"), { type: "execution-denied", reason: "why" }],
    ["a hold as execution-denied", refused("held"), { type: "execution-denied", reason: "why" }],
    ["a failed run as an error", refused("failed"), { type: "error-text", value: "why" }],
  ])("%s", (_what, output, expected) => {
    expect(read(output)).toEqual(expected);
  });

  test("every kind of block", () => {
    const shown: ShownOutput = {
      hall: {
        outcome: "done",
        record_id: "r",
        structured: null,
        content: [
          { type: "text", text: "t" },
          { type: "image", data: "AA==", mimeType: "image/png" },
          { type: "audio", data: "AA==", mimeType: "audio/wav" },
          { type: "resource", resource: { uri: "a:b", text: "inside" } },
          { type: "resource", resource: { uri: "a:c", blob: "AA==" } },
          { type: "resource_link", uri: "a:d", name: "there" },
        ],
      },
    };
    expect(read(shown)).toEqual({
      type: "content",
      value: [
        { type: "text", text: "t" },
        { type: "image-data", data: "AA==", mediaType: "image/png" },
        { type: "file-data", data: "AA==", mediaType: "audio/wav" },
        { type: "text", text: "inside" },
        { type: "file-data", data: "AA==", mediaType: "application/octet-stream" },
        { type: "text", text: "there: a:d" },
      ],
    });
  });
});

test.each(SDKS)("$name tells the model the same of a stored conversation", async (sdk) => {
  const scene = await openScene();
  const part = (id: string, output: unknown): Part => ({
    type: "tool-search_notes",
    toolCallId: id,
    state: "output-available",
    input: { query: "tea" },
    output,
  });
  const stored = [
    { role: "assistant", parts: [part("c1", refused("denied")), part("c2", { hits: ["tea"] })] },
  ];
  const messages = await sdk.convertToModelMessages(stored, { tools: scene.tools });
  const results = (messages.find(({ role }) => role === "tool") as Message).content as Part[];
  expect(results.map(({ output }) => output)).toEqual([
    { type: "execution-denied", reason: "why" },
    { type: "json", value: { hits: ["tea"] } },
  ]);
  await scene.hall.close();
});

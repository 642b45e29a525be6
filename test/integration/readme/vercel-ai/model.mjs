/*
 * The model of the README's AI SDK agent: the SDK's own fake, which looks for a note and then speaks.
 */
import { MockLanguageModelV4 } from "ai/test";

const call = {
  type: "tool-call",
  toolCallId: "call-1",
  toolName: "search_notes",
  input: '{"query":"tea"}',
};
const usage = { inputTokens: { total: 0 }, outputTokens: { total: 0 } };

const turns = [
  { content: [call], finishReason: { unified: "tool-calls" } },
  { content: [{ type: "text", text: "There is none." }], finishReason: { unified: "stop" } },
];

export const model = new MockLanguageModelV4({
  doGenerate: async () => ({ ...turns.shift(), usage, warnings: [] }),
});

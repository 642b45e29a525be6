/*
 * The model that talks: with AI_GATEWAY_API_KEY in the environment a real one (HALL_EXAMPLE_MODEL says which), else
 * the AI SDK's own fake, which plays the given script: a text, or the calls that it makes.
 */
import { convertArrayToReadableStream, MockLanguageModelV4 } from "ai/test";

const { AI_GATEWAY_API_KEY, HALL_EXAMPLE_MODEL = "anthropic/claude-sonnet-4.5" } = process.env;

let calls = 0;

export function chooseModel(script) {
  if (AI_GATEWAY_API_KEY) return HALL_EXAMPLE_MODEL;
  const turns = script.values();
  return new MockLanguageModelV4({
    doStream: async () => ({ stream: convertArrayToReadableStream(spoken(turns.next().value)) }),
  });
}

function spoken(turn) {
  const isText = typeof turn === "string";
  const parts = isText
    ? [
        { type: "text-start", id: "0" },
        { type: "text-delta", id: "0", delta: turn },
        { type: "text-end", id: "0" },
      ]
    : turn.map(({ tool, input }) => ({
        type: "tool-call",
        toolCallId: `call-${++calls}`,
        toolName: tool,
        input: JSON.stringify(input),
      }));
  const usage = { inputTokens: { total: 0 }, outputTokens: { total: 0 } };
  const finishReason = { unified: isText ? "stop" : "tool-calls" };
  return [{ type: "stream-start", warnings: [] }, ...parts, { type: "finish", finishReason, usage }];
}

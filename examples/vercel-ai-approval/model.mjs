/*
 * The model that talks: with AI_GATEWAY_API_KEY in the environment a real one (HALL_EXAMPLE_MODEL says which), else
 * the AI SDK's own fake, which plays the given script: a text, or the calls that it makes.
 */
import { MockLanguageModelV4 } from "ai/test";

const { AI_GATEWAY_API_KEY, HALL_EXAMPLE_MODEL = "anthropic/claude-sonnet-4.5" } = process.env;

export function chooseModel(script) {
  if (AI_GATEWAY_API_KEY) return HALL_EXAMPLE_MODEL;
  const turns = script.values();
  return new MockLanguageModelV4({ doGenerate: async () => spoken(turns.next().value) });
}

let calls = 0;

function spoken(turn) {
  const isText = typeof turn === "string";
  const content = isText
    ? [{ type: "text", text: turn }]
    : turn.map(({ tool, input }) => ({
        type: "tool-call",
        toolCallId: `call-${++calls}`,
        toolName: tool,
        input: JSON.stringify(input),
      }));
  const usage = { inputTokens: { total: 0 }, outputTokens: { total: 0 } };
  return { content, finishReason: { unified: isText ? "stop" : "tool-calls" }, usage, warnings: [] };
}

import { runToolCall } from "../../../adapters/openai/index.js";
import { type Surface, seenOf } from "../surface.js";
import { optionsOf } from "./gate.js";

/** `runToolCall` with a call as Chat Completions has it. */
export const openai: Surface = {
  name: "OpenAI runToolCall",
  adapter: "openai",
  correlates: true,
  previews: false,
  open: (stage) => ({
    async call(ask) {
      const called = { name: ask.tool, arguments: JSON.stringify(ask.args) };
      const { message, outcome } = await runToolCall(
        stage.gate(ask.person),
        { type: "function", id: ask.correlationId, function: called },
        optionsOf(ask),
      );
      const content = message.content as string;
      const seen = seenOf(outcome, content);
      return seen.kind === "done" ? { ...seen, output: JSON.parse(content) } : seen;
    },
  }),
};

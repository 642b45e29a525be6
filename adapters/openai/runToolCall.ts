import { gateThrough } from "../../src/hall/gateThrough.js";
import type { Gate, InvokeOptions } from "../../src/hall/types.js";
import type { Outcome } from "../../src/protocol/outcome.js";
import { shownInChat, shownInResponses } from "./shown.js";
import type { ChatToolCall, ChatToolMessage, ResponsesToolCall, ResponsesToolOutput } from "./types.js";

/** What came of a tool call: the message to append to the conversation, and the Outcome for the program itself. */
export type ToolCallRun<M> = { readonly message: M; readonly outcome: Outcome };

/**
 * Runs one tool call of a model through the gate, and answers in the shape in which it was asked. Refusals and faults are
 * messages too, in the Hall's words; arguments that aren't JSON are refused and recorded like any others. Throws
 * TypeError only for what is no gate or no function call: the program's misuse, to which no message could answer.
 */
export function runToolCall(
  gate: Gate,
  call: ChatToolCall,
  options?: InvokeOptions,
): Promise<ToolCallRun<ChatToolMessage>>;
export function runToolCall(
  gate: Gate,
  call: ResponsesToolCall,
  options?: InvokeOptions,
): Promise<ToolCallRun<ResponsesToolOutput>>;
export function runToolCall(
  gate: Gate,
  call: ChatToolCall | ResponsesToolCall,
  options?: InvokeOptions,
): Promise<ToolCallRun<ChatToolMessage | ResponsesToolOutput>>;
export async function runToolCall(
  gate: Gate,
  call: ChatToolCall | ResponsesToolCall,
  options: InvokeOptions = {},
): Promise<ToolCallRun<ChatToolMessage | ResponsesToolOutput>> {
  const run = ({ name, arguments: text }: { readonly name: string; readonly arguments: string }) =>
    gateThrough(gate, "openai").invoke(name, parsed(text), options);
  switch (call.type) {
    case "function": {
      const outcome = await run(call.function);
      const message = { role: "tool", tool_call_id: call.id, content: shownInChat(outcome) } as const;
      return { message, outcome };
    }
    case "function_call": {
      const outcome = await run(call);
      const message = {
        type: "function_call_output",
        call_id: call.call_id,
        output: shownInResponses(outcome),
      } as const;
      return { message, outcome };
    }
    default:
      throw new TypeError(
        `expected a function call of Chat Completions or Responses, not ${JSON.stringify((call as { type?: unknown }).type)}`,
      );
  }
}

/**
 * A model's arguments. Some servers that speak OpenAI's words send no text at all where a tool takes nothing. Text that
 * isn't JSON becomes arguments that can't be read, so that the gate itself refuses them.
 */
function parsed(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    return {
      toJSON() {
        throw error;
      },
    };
  }
}

import type { ModelMessage } from "ai";
import { answersIn, callIn } from "./answer.js";
import { governedOf } from "./governed.js";

/**
 * Records each no that this history ends with, and closes the hold that it answers. The SDK tells a refusing person's
 * no to the model and to no tool, so nothing runs either way; without this the hold just waits until it expires.
 * Call it with the same messages and tools, before the SDK.
 */
export async function recordRefusals(
  tools: Readonly<Record<string, unknown>>,
  messages: readonly ModelMessage[],
): Promise<void> {
  for (const answer of answersIn(messages)) {
    const call = answer.isYes ? undefined : callIn(answer.toolCallId, messages);
    if (call === undefined || !Object.hasOwn(tools, call.toolName)) continue;
    await governedOf(tools[call.toolName])?.decline(call.input, answer);
  }
}

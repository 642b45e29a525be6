import { ToolMessage } from "@langchain/core/messages";
import type { ToolRunnableConfig } from "@langchain/core/tools";
import { type Command, isCommand } from "@langchain/langgraph";
import type { Gate, GuardedCall } from "../../src/hall/types.js";
import type { Answers } from "./answers.js";
import { askFrom, stopsGraph } from "./asking.js";
import { invokeOptions } from "./config.js";
import type { HostTool } from "./definition.js";
import { markGoverned } from "./governed.js";
import { type Asked, refusalOf, toolMessage } from "./message.js";
import { makeReceipt, type Receipt, receiptMetadata } from "./receipt.js";
import type { Described } from "./source.js";

/** What a tool gives back to an agent. */
export type Handed = ToolMessage | Command;

/**
 * A tool of the host's that asks the gate each time it is invoked. It takes the tool's place in the innermost call,
 * so what is decided on is what really runs: arguments that any middleware edited on the way, and each attempt of
 * any that retries.
 */
export function guardedTool(gate: Gate, tool: HostTool, described: Described, answers: Answers): HostTool {
  const invoke = (call: unknown, config?: unknown) =>
    guardCall(gate, tool, described, answers, call as ToolCallInput, config as ToolRunnableConfig);
  return markGoverned(Object.create(tool, { invoke: { value: invoke } }) as HostTool);
}

type ToolCallInput = Asked & { readonly args?: unknown };

async function guardCall(
  gate: Gate,
  tool: HostTool,
  described: Described,
  answers: Answers,
  call: ToolCallInput,
  config: ToolRunnableConfig | undefined,
): Promise<Handed> {
  let stop: unknown;
  const guarded: GuardedCall<Handed> = {
    ...described,
    args: call.args,
    options: { ...invokeOptions(config, call), onHold: askFrom(answers).onHold },
    resultOf,
  };
  const outcome = await gate.guard(guarded, async (args, signal) => {
    try {
      if (isToolCall(args)) throw new TypeError("LangChain would run the tool on other arguments than these");
      return handed(call, await tool.invoke({ ...call, args, type: "tool_call" }, { ...config, signal }));
    } catch (error) {
      if (stopsGraph(error)) stop = error;
      throw error;
    }
  });
  if (stop !== undefined) throw stop;
  if (outcome.kind !== "done") return toolMessage(call, refusalOf(outcome));
  return isCommand(outcome.output) ? outcome.output : withReceipt(outcome.output, makeReceipt(outcome));
}

/** LangChain takes arguments of this look for a call, and runs a tool on what they hold instead. */
function isToolCall(args: unknown): boolean {
  return typeof args === "object" && args !== null && "type" in args && args.type === "tool_call";
}

/** The tool's own message. Its artifact stays its own, if it has one: programs read it. */
function withReceipt(message: ToolMessage, receipt: Receipt): ToolMessage {
  message.artifact ??= receipt;
  message.response_metadata = { ...message.response_metadata, ...receiptMetadata(receipt) };
  return message;
}

/** As LangChain's own tool node reads what a tool returns. */
function handed({ id = "", name }: Asked, output: unknown): Handed {
  if (ToolMessage.isInstance(output) || isCommand(output)) return output as Handed;
  const content = typeof output === "string" ? output : (JSON.stringify(output) ?? "");
  return new ToolMessage({ content, name, tool_call_id: id });
}

/** What is committed to: what a model reads of it, or the whole command. */
function resultOf(output: Handed): unknown {
  return isCommand(output) ? (output as Command).toJSON() : { content: (output as ToolMessage).content };
}

import type { ToolMessage } from "@langchain/core/messages";
import { DynamicStructuredTool, type StructuredTool, type ToolRunnableConfig } from "@langchain/core/tools";
import { gateThrough } from "../../src/hall/gateThrough.js";
import type { Gate } from "../../src/hall/types.js";
import type { JsonObject } from "../../src/protocol/canonical.js";
import type { ToolDefinition } from "../../src/protocol/skill.js";
import { askHere } from "./asking.js";
import { invokeOptions } from "./config.js";
import { markGoverned } from "./governed.js";
import { type Answer, answerOf, toolMessage } from "./message.js";
import type { Receipt } from "./receipt.js";

/**
 * The tools of a gate as LangChain tools, as they are listed now. Each call is one governed call: what a model gets is
 * the tool's content, or a ToolMessage with status `error` that says what was decided; the receipt is its artifact.
 * They never throw, but to stop a graph: in one with a checkpointer a call that waits for a person interrupts it,
 * with {@link ApprovalsRequest}, and {@link ApprovalsReply} resumes it; elsewhere the message says APPROVAL_REQUIRED. Throws
 * TypeError for what is no gate.
 */
export async function governedTools(gate: Gate): Promise<StructuredTool[]> {
  const through = gateThrough(gate, "langchain");
  return (await through.tools()).map((definition) => governedTool(through, definition));
}

function governedTool(gate: Gate, definition: ToolDefinition): StructuredTool {
  const { name, title, description, annotations, input_schema } = definition;
  const { capability_id, skill_id, version } = definition;
  const fields = {
    name,
    description,
    responseFormat: "content_and_artifact" as const,
    metadata: { title, annotations, capability_id, skill_id, version },
    func: async (args: unknown, _: unknown, config?: ToolRunnableConfig) => respond(gate, name, args, config),
  };
  const shown = new DynamicStructuredTool({ ...fields, schema: input_schema as JsonObject });
  // LangChain would hold arguments against the published schema first, and throw a sentence that names nothing, and
  // no record would tell of the call. So they go to the gate through a twin that takes anything.
  const open = new DynamicStructuredTool({ ...fields, schema: ANYTHING });
  shown.call = (args, config, tags) => open.call(unmistakable(passable(args), config), config, tags);
  return markGoverned(shown);
}

/**
 * Arguments that `invoke` has taken out of their tool call already. `call` takes them out once more where they look like
 * a tool call themselves, and the gate would decide on something else than the model said.
 */
function unmistakable<T>(args: T, config: unknown): T {
  const isTakenOut = typeof config === "object" && config !== null && "toolCall" in config;
  return isTakenOut ? ({ type: "tool_call", args } as T) : args;
}

const ANYTHING: JsonObject = {};

/** LangChain throws on what has no JSON type; to the gate it is as wrong as null. */
function passable<T>(args: T): T {
  return ["undefined", "function", "symbol", "bigint"].includes(typeof args) ? (null as T) : args;
}

async function respond(
  gate: Gate,
  name: string,
  args: unknown,
  config: ToolRunnableConfig | undefined,
): Promise<[ToolMessage | Answer["content"], Receipt]> {
  const asked = { id: config?.toolCall?.id, name };
  const { onHold, stopIfAsked } = askHere();
  const outcome = await gate.invoke(name, args, { ...invokeOptions(config, asked), onHold });
  stopIfAsked();
  const answer = answerOf(outcome);
  return [asked.id === undefined ? answer.content : toolMessage(asked, answer), answer.receipt];
}

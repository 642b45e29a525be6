import { ToolMessage } from "@langchain/core/messages";
import type { Gate } from "../../src/hall/types.js";
import { DENIALS } from "../../src/protocol/deny.js";
import { correlationOf } from "./config.js";
import { type Asked, answerOf, toolMessage } from "./message.js";

/**
 * Refuses a call of no tool: one that the agent doesn't have, or whoever's run it is doesn't. The gate decides and
 * records it under a name that no installed tool can have. Where there is no gate nobody can be named in a record.
 */
export async function refuseCall(
  gate: Gate | null,
  call: Asked & { readonly args?: unknown },
  { configurable }: { readonly configurable?: Readonly<Record<string, unknown>> | undefined },
): Promise<ToolMessage> {
  if (gate === null) return unrecorded(call);
  const correlationId = correlationOf(configurable, call);
  const outcome = await gate.invoke(`host:${call.name}`, call.args, {
    ...(correlationId === undefined ? {} : { correlationId }),
  });
  return toolMessage(call, answerOf(outcome));
}

function unrecorded({ id = "", name }: Asked): ToolMessage {
  const code = "DENY_MISSING_TENANT_ID";
  const { message, helps } = DENIALS[code];
  const content = `DENIED ${code}: ${message} ${helps} Repeating the same call won't help. (record null)`;
  return new ToolMessage({ content, name, tool_call_id: id, status: "error" });
}

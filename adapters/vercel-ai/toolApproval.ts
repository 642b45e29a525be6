import type { ModelMessage } from "ai";
import { gateThrough } from "../../src/hall/gateThrough.js";
import type { Gate } from "../../src/hall/types.js";
import { governedOf } from "./governed.js";
import { reasonOf } from "./prompts.js";

/** What ai 7 tells a call-level `toolApproval`, as far as it is read here. */
export type ApprovalQuery = {
  readonly toolCall: { readonly toolCallId: string; readonly toolName: string; readonly input: unknown };
  readonly tools: Readonly<Record<string, unknown>> | undefined;
  readonly messages: ModelMessage[];
};

export type ApprovalStatus =
  | { readonly type: "not-applicable" }
  | { readonly type: "denied"; readonly reason: string }
  | { readonly type: "user-approval"; readonly reason?: string };

/**
 * The `toolApproval` of ai 7 for every tool of a call. Governed ones are asked about when the Hall holds their call;
 * a tool that nobody governs is denied, on the record. It only prompts: whatever it answers, a call is decided where
 * it runs. (ai 6 has no call-level approval; there the tools' own `needsApproval` prompts.) Throws TypeError
 * for what is no gate.
 */
export function toolApproval(gate: Gate): (query: ApprovalQuery) => Promise<ApprovalStatus> {
  const ours = gateThrough(gate, "vercel-ai");
  return async ({ toolCall, tools, messages }) => {
    const { toolCallId, toolName, input } = toolCall;
    const tool = tools !== undefined && Object.hasOwn(tools, toolName) ? tools[toolName] : undefined;
    const governed = governedOf(tool);
    if (governed === undefined) return denyUngoverned(ours, toolCall);
    const prompt = await governed.prompt(input, { toolCallId, messages });
    if (prompt === undefined) return { type: "not-applicable" };
    const { question } = prompt;
    return { type: "user-approval", ...(question === null ? {} : { reason: reasonOf(question) }) };
  };
}

async function denyUngoverned(
  gate: Gate,
  { toolCallId, toolName, input }: ApprovalQuery["toolCall"],
): Promise<ApprovalStatus> {
  const { record_id } = await gate.invoke(toolName, input, { dryRun: true, correlationId: toolCallId });
  return {
    type: "denied",
    reason:
      "DENIED DENY_UNKNOWN_SKILL: This tool isn't governed by the Hall, so it doesn't run. " +
      `The program that offers it has to have it governed. Repeating the same call won't help. (record ${record_id})`,
  };
}

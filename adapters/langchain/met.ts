import type { ToolCall } from "@langchain/core/messages";
import type { Gate, InvokeOptions } from "../../src/hall/types.js";
import type { MetTool } from "../../src/protocol/agentState.js";
import type { HoldQuestion } from "../../src/protocol/outcome.js";
import { correlationOf } from "./config.js";
import { type HostTool, isHostTool } from "./definition.js";
import { isGoverned } from "./governed.js";
import { type Describe, named } from "./source.js";

/** The tools that a model's message calls, by name. One that can't be told is left out: it is denied when called. */
export function meetTools(
  calls: readonly ToolCall[],
  tools: readonly unknown[],
  describe: Describe,
): Record<string, MetTool> {
  const names = new Set(calls.map(({ name }) => name));
  const called = tools.filter(isHostTool).filter(({ name }) => names.has(name));
  return Object.fromEntries(
    called.flatMap((tool) => {
      const met = meet(tool, describe);
      return met === undefined ? [] : [[tool.name, met] as const];
    }),
  );
}

function meet(tool: HostTool, describe: Describe): MetTool | undefined {
  if (isGoverned(tool)) return { own: true };
  const described = describe(tool);
  return described && { own: false, ...described };
}

/** What a person has to answer before these calls can run; each hold once. Holds that aren't there yet are opened. */
export async function questionsOf(
  gate: Gate,
  calls: readonly ToolCall[],
  met: Readonly<Record<string, MetTool>>,
  configurable: Readonly<Record<string, unknown>> | undefined,
): Promise<readonly HoldQuestion[]> {
  const questions = new Map<string, HoldQuestion>();
  for (const call of calls) {
    const tool = named(met, call.name);
    if (tool === undefined) continue;
    const correlationId = correlationOf(configurable, call);
    const options = { openHold: true, ...(correlationId === undefined ? {} : { correlationId }) };
    const outcome = await preview(gate, call, tool, options);
    if (outcome.kind === "held") questions.set(outcome.approval_id, outcome.question);
  }
  return [...questions.values()];
}

function preview(gate: Gate, { name, args }: ToolCall, tool: MetTool, options: InvokeOptions) {
  if (tool.own) return gate.invoke(name, args, options);
  const { definition, capability, origin } = tool;
  return gate.guard({ definition, capability, origin, args, options }, null);
}

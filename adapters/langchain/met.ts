import type { ToolCall } from "@langchain/core/messages";
import type { Gate, InvokeOptions } from "../../src/hall/types.js";
import type { MetTool } from "../../src/protocol/agentState.js";
import { HOST_ORIGIN } from "../../src/protocol/foreign.js";
import type { HoldQuestion } from "../../src/protocol/outcome.js";
import { correlationOf } from "./config.js";
import { definitionOf, type HostTool, isHostTool } from "./definition.js";
import { isGoverned } from "./governed.js";
import type { Source } from "./guarded.js";

/** What a program says of the host's tools. */
export type Sources = {
  /**
   * What each of the host's tools can do, by name, or told from the tool. A tool without a capability is denied,
   * unless the operator accepted it with one. Tools of `governedTools` need none.
   */
  readonly capabilities?:
    | Readonly<Record<string, string>>
    | ((tool: Pick<HostTool, "name" | "metadata">) => string | undefined);
  /** Where the host's tools come from, as the operator knows it: the name of an MCP server; `host` when left out. */
  readonly origin?: string | ((tool: Pick<HostTool, "name" | "metadata">) => string);
};

/** A tool's source by the program's word. The empty capability is nobody's, so no rule allows it. */
export function sourceOf(tool: HostTool, { capabilities = {}, origin = HOST_ORIGIN }: Sources): Source {
  const { name } = tool;
  const named = () =>
    typeof capabilities === "function"
      ? capabilities(tool)
      : Object.hasOwn(capabilities, name)
        ? capabilities[name]
        : undefined;
  return {
    capability: named() ?? "",
    origin: typeof origin === "function" ? origin(tool) : origin,
  };
}

/** The tools that a model's message calls, by name, as it was given them. What can't be told is left out. */
export function meetTools(
  calls: readonly ToolCall[],
  tools: readonly unknown[],
  sources: Sources,
): Record<string, MetTool> {
  const names = new Set(calls.map(({ name }) => name));
  const called = tools.filter(isHostTool).filter(({ name }) => names.has(name));
  return Object.fromEntries(
    called.flatMap((tool) => {
      const met = meet(tool, sources);
      return met === undefined ? [] : [[tool.name, met] as const];
    }),
  );
}

function meet(tool: HostTool, sources: Sources): MetTool | undefined {
  if (isGoverned(tool)) return { own: true };
  try {
    return { own: false, definition: definitionOf(tool), ...sourceOf(tool, sources) };
  } catch {
    return undefined; // it is denied when it is called
  }
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
    const tool = Object.hasOwn(met, call.name) ? met[call.name] : undefined;
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
  return gate.guard({ definition, capability, origin, args, options }, runsNothing);
}

/** `openHold` runs nothing by itself; guard wants to be given something all the same. */
function runsNothing(): null {
  return null;
}

import type { ToolMessage } from "@langchain/core/messages";
import type { StructuredTool } from "@langchain/core/tools";
import { Command, MemorySaver } from "@langchain/langgraph";
import { governedTools, receiptOf } from "../../../adapters/langchain/index.js";
import type { Json } from "../../../src/protocol/canonical.js";
import {
  asked,
  makeAgent,
  modelThatCalls,
  requestsOf,
  toolMessages,
} from "../../adapters/langchain/agent.js";
import type { Person, Stage } from "../stage.js";
import { type Ask, afterReceipt, isObject, namesPrototype, type Seen, type Surface } from "../surface.js";

/** What a tool's message shows. */
export function seenIn(message: ToolMessage | undefined): Seen {
  const receipt = message && receiptOf(message);
  if (message === undefined || receipt === undefined) throw new Error("no message with a receipt");
  const { outcome: kind, code } = receipt;
  const text = message.content as string;
  if (kind !== "done") return { kind, code, output: undefined, text };
  return { kind, code: null, output: JSON.parse(text) as Json, text: undefined };
}

/** An agent under way: its calls in one batch, and a person's answer where the graph stops for one. */
export async function runAgent(
  parts: { readonly tools: readonly unknown[]; readonly middleware?: readonly unknown[] },
  asks: readonly Ask[],
): Promise<readonly Seen[]> {
  const [{ correlationId, answer, signal }] = asks as readonly [Ask];
  const [thread_id = ""] = correlationId.split("/");
  const calls = asks.map((ask) => {
    const id = ask.correlationId.slice(thread_id.length + 1); // a call's correlation is its thread's and its own id
    return { name: ask.tool, args: ask.args as Record<string, unknown>, id };
  });
  const saver = answer === undefined ? {} : { checkpointer: new MemorySaver() };
  const agent = makeAgent({ model: modelThatCalls(calls), ...parts, ...saver });
  const config = { configurable: { thread_id }, ...(signal && { signal }) };
  let result = await agent.invoke(asked(), config);
  for (const { requests } of requestsOf(result)) {
    const word = answer === "yes" ? "approve" : "reject";
    const decisions = Object.fromEntries(requests.map(({ approval_id }) => [approval_id, word]));
    result = await agent.invoke(new Command({ resume: { decisions } }), config);
  }
  const messages = toolMessages(result);
  return calls.map(({ id }) => seenIn(messages.find(({ tool_call_id }) => tool_call_id === id)));
}

/** Who cancels a run of LangChain's gets no answer. */
export function orCancelled(stage: Stage, ask: Ask, run: () => Promise<Seen>): Promise<Seen> {
  const since = stage.place();
  return run().catch((error: unknown) => {
    if (ask.signal?.aborted) return afterReceipt(stage, since);
    throw error;
  });
}

export const UNLISTED =
  "a tool that isn't listed isn't there to be called: LangChain and the AI SDK say so themselves";

const LISTED = new Set([
  "search_notes",
  "add_note",
  "throws_text",
  "lies",
  "prints",
  "returns_cycle",
  "slow",
]);

/** Why a call can't be made on tools that were listed, with the arguments that a model's message can carry. */
export function cannotCallListed({ tool, args }: Ask): string | undefined {
  return LISTED.has(tool) ? cannotSay({ args }) : UNLISTED;
}

/** Why a call can't be made in a model's message as LangChain and the AI SDK read it. */
export function cannotSay({ args }: Pick<Ask, "args">): string | undefined {
  if (!isObject(args)) return NO_OBJECT;
  return namesPrototype(args) ? NO_PROTOTYPE : undefined;
}
const NO_PROTOTYPE =
  "LangChain's messages drop a member __proto__, the AI SDK's parser refuses it: no tool sees it";
const NO_OBJECT = "the arguments of a tool call in a message are an object";

/** `governedTools`, as a program calls them, and in an agent where a person must answer. */
export const langchainTools: Surface = {
  name: "LangChain governedTools",
  adapter: "langchain",
  correlates: true,
  previews: true,
  skips: { "policy not applied": UNLISTED, "unknown tool": UNLISTED },
  cannotCall: cannotCallListed,
  open(stage) {
    const known = new Map<Person, Promise<StructuredTool[]>>();
    const toolsOf = (person: Person) => {
      const tools = known.get(person) ?? governedTools(stage.gate(person));
      known.set(person, tools);
      return tools;
    };
    return {
      async call(ask) {
        const tools = await toolsOf(ask.person);
        if (ask.answer !== undefined) return (await runAgent({ tools }, [ask]))[0] as Seen;
        const tool = tools.find(({ name }) => name === ask.tool);
        if (tool === undefined) throw new Error(`no tool ${ask.tool}`);
        const call = { type: "tool_call" as const, id: "c1", name: ask.tool, args: ask.args as never };
        const config = {
          configurable: { correlation_id: ask.correlationId },
          ...(ask.signal && { signal: ask.signal }),
        };
        return orCancelled(stage, ask, async () => seenIn((await tool.invoke(call, config)) as ToolMessage));
      },
    };
  },
};

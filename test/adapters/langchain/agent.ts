import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { MemorySaver } from "@langchain/langgraph";
import { createAgent, fakeModel } from "langchain";
import type { ApprovalsRequest } from "../../../adapters/langchain/index.js";
import type { LocalHall } from "../../../src/hall/types.js";
import { openNotesHall, policyOf, ruleFor } from "../../hall/memoryHall.js";

/** Host tools may mail; moving money needs a confirmation, deleting an approver. */
export const RULES = [
  ruleFor("rr_notes_search_dev_001", "cap.doc.search", "wrk.doc.searcher"),
  ruleFor("rr_notes_write_dev_001", "cap.doc.write", "wrk.doc.searcher", {
    human_required_default: true,
    approval: "confirm",
  }),
  ruleFor("rr_mail_dev_001", "cap.mail.send", "wrk.host.tool"),
  ruleFor("rr_money_dev_001", "cap.money.move", "wrk.host.tool", {
    human_required_default: true,
    approval: "confirm",
  }),
  ruleFor("rr_delete_dev_001", "cap.doc.delete", "wrk.host.tool", { human_required_default: true }),
];

/** A Hall in memory with notes, under {@link RULES} or others. */
export async function openAgentHall(rules: readonly unknown[] = RULES, config: object = {}) {
  const parts = await openNotesHall({ policy: () => policyOf(rules, config) });
  return { ...parts, gate: parts.hall.gate({ agent: "support-bot" }) };
}

export type ScriptedCall = {
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly id?: string;
};

/** A model that makes these batches of calls one after the other, and then says "done". */
export function modelThatCalls(...batches: readonly (readonly ScriptedCall[])[]) {
  let model = fakeModel();
  batches.forEach((batch, i) => {
    model = model.respondWithTools(batch.map((call, j) => ({ id: `call_${i}_${j}`, ...call })));
  });
  return model.respond(new AIMessage("done"));
}

export const asked = () => ({ messages: [new HumanMessage("please")] });

/** An agent without the types of its parts: they are checked where a user would write them. */
export type Agent = {
  invoke(input: unknown, config?: object): Promise<{ readonly messages: readonly BaseMessage[] }>;
  readonly graph: { getState(config: object): Promise<{ readonly config: object }> };
};

export function makeAgent(parts: {
  readonly model: unknown;
  readonly tools: readonly unknown[];
  readonly middleware?: readonly unknown[];
  readonly checkpointer?: unknown;
}): Agent {
  return createAgent(parts as never) as unknown as Agent;
}

let threads = 0;
export function thread() {
  threads++;
  return { configurable: { thread_id: `thread-${threads}` } };
}

export const checkpointer = () => new MemorySaver();

/** What the tools answered, in order. */
export function toolMessages(result: { readonly messages: readonly unknown[] }): readonly ToolMessage[] {
  return result.messages.filter((message) => ToolMessage.isInstance(message));
}

/** The batches that a result waits for. */
export function requestsOf(result: object): readonly ApprovalsRequest[] {
  const interrupts = ("__interrupt__" in result ? result.__interrupt__ : []) as readonly {
    readonly value: ApprovalsRequest;
  }[];
  return interrupts.map(({ value }) => value);
}

/** How many of each kind of record there are. */
export function countRecords(hall: LocalHall): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind } of hall.audit.query({ limit: 1_000 })) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

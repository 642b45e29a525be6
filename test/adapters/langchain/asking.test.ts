import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import { Command } from "@langchain/langgraph";
import { tool } from "langchain";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { governanceMiddleware, governedTools } from "../../../adapters/langchain/index.js";
import { principalOf } from "../../../src/hall/open.js";
import { openNotesHall, policyOf } from "../../hall/memoryHall.js";
import {
  asked,
  checkpointer,
  makeAgent,
  modelThatCalls,
  RULES,
  requestsOf,
  type ScriptedCall,
  thread,
  toolMessages,
} from "./agent.js";
import { CAPABILITIES, idsOf } from "./bench.js";

/*
 * A question and its answer lie apart in time, and what is asked may be another thing by then. An answer is to what
 * the person was shown, and to nothing else.
 */

const LATE = 60 * 60_000;

type Graph = {
  getState(config: object): Promise<{ readonly values: { readonly messages: readonly BaseMessage[] } }>;
  updateState(config: object, values: object, asNode: string): Promise<object>;
};

/** A thread that waits for a yes to moving 10, with a clock and a policy that can change. */
async function openWaiting(...calls: readonly ScriptedCall[]) {
  let now = Date.parse("2026-11-20T12:00:00Z");
  const { hall, keys } = await openNotesHall({ policy: () => policyOf(RULES), clock: () => now });
  onTestFinished(() => hall.close());
  const gate = hall.gate({ agent: "support-bot" });
  const ran: number[] = [];
  const moveMoney = tool(
    ({ amount }) => {
      ran.push(amount);
      return "moved";
    },
    { name: "move_money", description: "Move money.", schema: z.object({ amount: z.number() }) },
  );
  const batch = calls.length === 0 ? [{ name: "move_money", args: { amount: 10 } }] : calls;
  const agent = makeAgent({
    model: modelThatCalls(batch),
    tools: [moveMoney, ...(await governedTools(gate))],
    middleware: [governanceMiddleware(gate, { capabilities: CAPABILITIES })],
    checkpointer: checkpointer(),
  });
  const config = thread();
  const held = await agent.invoke(asked(), config);
  const graph = agent.graph as unknown as Graph;
  return {
    ran,
    held,
    resume: (reply: unknown) => agent.invoke(new Command({ resume: reply }), config),
    /** The run goes on without an answer, as after a crash. */
    takeUp: () => agent.invoke(null, config),
    later: (ms: number) => {
      now += ms;
    },
    edit: async (amount: number) => {
      const last = (await graph.getState(config)).values.messages.at(-1) as AIMessage;
      const tool_calls = (last.tool_calls ?? []).map((call) => ({ ...call, args: { amount } }));
      const messages = [new AIMessage({ id: last.id ?? "", content: "", tool_calls })];
      await graph.updateState(config, { messages }, "model_request");
    },
    applyAnother: () =>
      hall
        .operator(principalOf("operator", keys.operator))
        .apply(policyOf(RULES, { controls: ["ctrl.x.y"] }), null),
  };
}

type Waiting = Awaited<ReturnType<typeof openWaiting>>;

const LIST = { decisions: [{ type: "approve" }] };

const CHANGES: readonly [string, string, (waiting: Waiting) => unknown][] = [
  ["the call was edited", '{"amount":1000000}', ({ edit }) => edit(1_000_000)],
  ["the hold expired", '{"amount":10}', ({ later }) => later(LATE)],
  ["another policy applies", '{"amount":10}', ({ applyAnother }) => applyAnother()],
];

test.each(CHANGES)("where %s meanwhile, a yes to what was shown runs nothing", async (_what, now, change) => {
  for (const shape of ["by id", "as a list"]) {
    const waiting = await openWaiting();
    const [shown = ""] = idsOf(waiting.held);
    await change(waiting);
    const reply = shape === "by id" ? { decisions: { [shown]: "approve" } } : LIST;
    const again = await waiting.resume(reply);
    expect(waiting.ran).toEqual([]);

    // It is asked again, about what would run now, and that yes counts.
    expect(requestsOf(again)[0]?.requests.map((it) => it.arguments)).toEqual([now]);
    const [other = ""] = idsOf(again);
    expect(other).not.toBe(shown);
    await waiting.resume({ decisions: { [other]: "approve" } });
    expect(waiting.ran).toEqual([JSON.parse(now).amount]);
  }
});

test("where the call was edited meanwhile, a no to what was shown refuses nothing else", async () => {
  const waiting = await openWaiting();
  await waiting.edit(11);
  const again = await waiting.resume({ decisions: [{ type: "reject" }] });
  const [id = ""] = idsOf(again);
  await waiting.resume({ decisions: { [id]: "approve" } });
  expect(waiting.ran).toEqual([11]);
});

test("a list is no answer, also where nothing changed, however often it comes", async () => {
  const { resume, held, ran } = await openWaiting();
  for (let i = 0; i < 3; i++) expect(idsOf(await resume(LIST))).toEqual(idsOf(held));
  expect(ran).toEqual([]);
  await resume({ decisions: { [idsOf(held)[0] ?? ""]: "approve" } });
  expect(ran).toEqual([10]);
});

test("an answer to an earlier question never counts for a later one", async () => {
  const { held, later, resume, takeUp, ran } = await openWaiting();
  later(LATE);
  const second = await resume({ decisions: { [idsOf(held)[0] ?? ""]: "approve" } });
  expect(idsOf(await takeUp())).toEqual(idsOf(second));
  later(LATE);
  const third = await resume({ decisions: { [idsOf(second)[0] ?? ""]: "approve" } });
  expect(new Set([held, second, third].flatMap(idsOf)).size).toBe(3);
  expect(ran).toEqual([]);
});

test("a call is left waiting by the word later or by an empty reply, and the model is told", async () => {
  const replies = [
    (held: object) => ({ decisions: { [idsOf(held)[0] ?? ""]: "later" } }),
    (held: object) => ({ [interruptOf(held)]: null }),
  ];
  for (const reply of replies) {
    const { resume, held, ran } = await openWaiting();
    const result = await resume(reply(held));
    expect(ran).toEqual([]);
    expect(requestsOf(result)).toEqual([]);
    expect(toolMessages(result)).toMatchObject([{ artifact: { outcome: "held" } }]);
  }
});

test("who answers a part of a batch leaves the rest waiting", async () => {
  const { resume, held, ran } = await openWaiting(
    { name: "move_money", args: { amount: 1 } },
    { name: "move_money", args: { amount: 2 } },
  );
  const result = await resume({ decisions: { [idsOf(held)[1] ?? ""]: "approve" } });
  expect(ran).toEqual([2]);
  expect(toolMessages(result).map(({ artifact }) => artifact.outcome)).toEqual(["held", "done"]);
});

test.each([["a list"], ["a late yes by id"]])(
  "%s answers no governed tool that asks by itself",
  async (shape) => {
    let now = Date.parse("2026-11-20T12:00:00Z");
    const { hall } = await openNotesHall({ policy: () => policyOf(RULES), clock: () => now });
    onTestFinished(() => hall.close());
    const agent = makeAgent({
      model: modelThatCalls([{ name: "add_note", args: { text: "x" } }]),
      tools: await governedTools(hall.gate({ agent: "support-bot" })),
      checkpointer: checkpointer(),
    });
    const config = thread();
    const [id = ""] = idsOf(await agent.invoke(asked(), config));
    if (shape !== "a list") now += LATE;
    const reply = shape === "a list" ? LIST : { decisions: { [id]: "approve" } };
    const result = await agent.invoke(new Command({ resume: reply }), config);
    expect(toolMessages(result)).toMatchObject([{ status: "error", artifact: { outcome: "held" } }]);
  },
);

/** LangGraph's own id of what a result waits for. */
function interruptOf(result: object): string {
  const { __interrupt__ } = result as { readonly __interrupt__: readonly { readonly id: string }[] };
  return __interrupt__[0]?.id ?? "";
}

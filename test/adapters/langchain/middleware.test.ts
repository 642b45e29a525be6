import { AIMessage, ToolMessage } from "@langchain/core/messages";
import { Command } from "@langchain/langgraph";
import { createAgent, createMiddleware, humanInTheLoopMiddleware } from "langchain";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type Receipt, receiptOf } from "../../../adapters/langchain/index.js";
import { principalOf } from "../../../src/index.js";
import {
  asked,
  checkpointer,
  countRecords,
  modelThatCalls,
  requestsOf,
  thread,
  toolMessages,
} from "./agent.js";
import { answer, idsOf, MONEY, openBench } from "./bench.js";

describe("governanceMiddleware", async () => {
  const { hall, keys, ran, host, TOOLS, govern, agentThat } = await openBench();
  afterAll(() => hall.close());
  beforeEach(() => {
    ran.length = 0;
  });

  test("runs an allowed tool of the host once, and its message carries the receipt", async () => {
    const result = await agentThat([[{ name: "send_mail", args: { to: "ann" } }]]).invoke(asked(), thread());
    expect(ran).toEqual(["mail ann"]);
    const [message] = toolMessages(result);
    expect(message).toMatchObject({ status: "success", content: "sent to ann", name: "send_mail" });
    const receipt = message && receiptOf(message);
    expect(receipt).toMatchObject({ outcome: "done", code: null });
    const [row] = hall.audit.query({ id: receipt?.receipt_id ?? "" });
    expect(row?.body).toMatchObject({ surface: "langchain", executed_by: "host" });
    expect(Object.keys(result)).not.toContain("_hallTools");
    expect(Object.keys(result)).not.toContain("_hallGrants");
  });

  test("its own tools pass once, by the gate's invoke", async () => {
    const before = countRecords(hall);
    await agentThat([[{ name: "search_notes", args: { query: "tea" } }]]).invoke(asked(), thread());
    const after = countRecords(hall);
    expect((after["receipt"] ?? 0) - (before["receipt"] ?? 0)).toBe(1);
    expect((after["decision"] ?? 0) - (before["decision"] ?? 0)).toBe(2); // the preview of the batch, and the call
  });

  test.each([
    ["without a capability", { name: "nobodys", args: {} }, /^DENIED DENY_UNKNOWN_SKILL/],
    ["that the agent doesn't have", { name: "delete_all", args: {} }, /^DENIED DENY_UNKNOWN_SKILL/],
    [
      "named like one of the Hall's own records",
      { name: "__proto__", args: {} },
      /^DENIED DENY_UNKNOWN_SKILL/,
    ],
    [
      "with arguments that break its schema",
      { name: "send_mail", args: { to: 1 } },
      /^DENIED DENY_INVALID_INPUT/,
    ],
  ])("denies a tool %s, on record", async (_what, call, text) => {
    const result = await agentThat([[call]]).invoke(asked(), thread());
    expect(ran).toEqual([]);
    const [message] = toolMessages(result);
    expect(message?.status).toBe("error");
    expect(message?.content).toMatch(text);
    const { record_id } = (message?.artifact ?? {}) as Receipt;
    expect(hall.audit.query({ id: record_id ?? "" })).toMatchObject([{ kind: "decision" }]);
    expect(result.messages.at(-1)?.content).toBe("done");
  });

  test("denies a governed tool that the agent doesn't have", async () => {
    const agent = createAgent({
      model: modelThatCalls([{ name: "search_notes", args: { query: "tea" } }]),
      tools: [host.sendMail],
      middleware: [govern()],
    });
    expect(toolMessages(await agent.invoke(asked()))).toMatchObject([
      { artifact: { code: "DENY_UNKNOWN_SKILL" } },
    ]);
  });

  test("asks about a batch once, and each answer is for its own call", async () => {
    const agent = agentThat([
      [
        { name: "move_money", args: { amount: 10 } },
        { name: "send_mail", args: { to: "bob" } },
        { name: "move_money", args: { amount: 20 } },
      ],
    ]);
    const config = thread();
    const held = await agent.invoke(asked(), config);
    expect(ran).toEqual([]);
    const batches = requestsOf(held);
    expect(batches).toHaveLength(1);
    expect(batches[0]?.requests.map((it) => it.arguments)).toEqual(['{"amount":10}', '{"amount":20}']);
    const [first = "", second = ""] = idsOf(held);

    const result = await agent.invoke(answer({ [second]: "approve", [first]: "reject" }), config);
    expect(ran.toSorted()).toEqual(["mail bob", "money 20"]);
    expect(toolMessages(result)).toMatchObject([
      { artifact: { code: "DENY_APPROVAL_REFUSED" } },
      { status: "success" },
      { status: "success" },
    ]);
    await agent.invoke(answer({ [second]: "approve", [first]: "approve" }), config);
    expect(ran).toHaveLength(2);
  });

  test.each([[true], ["approve"], [{ decisions: "approve" }], [{ decisions: { other: "approve" } }]])(
    "takes %j for no answer",
    async (resume) => {
      const config = thread();
      const agent = agentThat([[{ name: "move_money", args: { amount: 40 } }]]);
      await agent.invoke(asked(), config);
      const result = await agent.invoke(new Command({ resume }), config);
      expect(ran).toEqual([]);
      expect(JSON.stringify(result)).not.toContain('"moved"');
    },
  );

  test("one yes runs one of two calls that are the same", async () => {
    const same = { name: "move_money", args: { amount: 50 } };
    const agent = agentThat([[same, { ...same }]]);
    const config = thread();
    const held = await agent.invoke(asked(), config);
    expect(idsOf(held)).toHaveLength(1);
    const result = await agent.invoke(answer({ [idsOf(held)[0] ?? ""]: "approve" }), config);
    expect(ran).toEqual(["money 50"]);
    expect(
      toolMessages(result)
        .map(({ artifact }) => (artifact as Receipt).outcome)
        .toSorted(),
    ).toEqual(["done", "held"]);
  });

  test("an answer for another hold, under the right tool call, opens nothing", async () => {
    const config = thread();
    const agent = agentThat([[{ name: "move_money", args: { amount: 70 }, id: "same" }]]);
    const held = await agent.invoke(asked(), config);
    const other = thread();
    const second = agentThat([[{ name: "move_money", args: { amount: 71 }, id: "same" }]]);
    await second.invoke(asked(), other);
    await second.invoke(answer({ [idsOf(held)[0] ?? ""]: "approve", same: "approve" }), other);
    expect(ran).toEqual([]);
  });

  test("where approvers must sign, resuming looks whether one has", async () => {
    const call = [[{ name: "delete_doc", args: { id: "d1" } }]];
    const early = thread();
    const agent = agentThat(call);
    const held = await agent.invoke(asked(), early);
    const [approval_id = ""] = idsOf(held);
    expect(requestsOf(held)[0]?.requests[0]).toMatchObject({ mode: "approve", needed: 1 });
    const result = await agent.invoke(answer({ [approval_id]: "approve" }), early);
    expect(ran).toEqual([]);
    expect(toolMessages(result)).toMatchObject([{ artifact: { outcome: "held", approval_id } }]);
    expect(toolMessages(result)[0]?.content).toContain("APPROVAL_REQUIRED");

    const late = thread();
    const again = agentThat(call);
    expect(idsOf(await again.invoke(asked(), late))).toEqual([approval_id]);
    await hall.approver(principalOf("operator", keys.operator)).vote(approval_id, "approve", "fine");
    await again.invoke(answer({ [approval_id]: "approve" }), late);
    expect(ran).toEqual(["delete d1"]);
  });

  test("without a checkpointer a held call is a message, and the rest runs", async () => {
    const agent = createAgent({
      model: modelThatCalls([
        { name: "move_money", args: { amount: 80 } },
        { name: "send_mail", args: { to: "eve" } },
      ]),
      tools: TOOLS,
      middleware: [govern()],
    });
    const result = await agent.invoke(asked());
    expect(ran).toEqual(["mail eve"]);
    expect(toolMessages(result)).toMatchObject([{ artifact: { outcome: "held" } }, { status: "success" }]);
  });

  test("a model's message that another middleware made up is governed all the same", async () => {
    const madeUp = createMiddleware({
      name: "MadeUp",
      wrapModelCall: ({ messages }) =>
        messages.some((it) => ToolMessage.isInstance(it))
          ? new AIMessage("done")
          : new AIMessage({
              content: "",
              tool_calls: [
                { name: "move_money", args: { amount: 85 }, id: "m1" },
                { name: "send_mail", args: { to: "zoe" }, id: "m2" },
              ],
            }),
    });
    const result = await agentThat([], { before: [madeUp] }).invoke(asked(), thread());
    expect(ran).toEqual(["mail zoe"]);
    expect(toolMessages(result)).toMatchObject([{ artifact: { outcome: "held" } }, { status: "success" }]);
  });

  test("with the checkpoints lost, an answer runs nothing", async () => {
    const config = thread();
    const held = await agentThat([[{ name: "move_money", args: { amount: 90 } }]]).invoke(asked(), config);
    const fresh = agentThat([]);
    await fresh.invoke(answer({ [idsOf(held)[0] ?? ""]: "approve" }), config).catch(() => undefined);
    expect(ran).toEqual([]);
  });

  test("another process with the same checkpoints takes the answer up", async () => {
    const saver = checkpointer();
    const config = thread();
    const held = await agentThat([[{ name: "move_money", args: { amount: 95 } }]], { saver }).invoke(
      asked(),
      config,
    );
    const result = await agentThat([], { saver }).invoke(
      answer({ [idsOf(held)[0] ?? ""]: "approve" }),
      config,
    );
    expect(ran).toEqual(["money 95"]);
    expect(toolMessages(result)).toMatchObject([{ status: "success" }]);
  });

  test("a checkpoint that is resumed a second time runs nothing without another yes", async () => {
    const agent = agentThat([[{ name: "move_money", args: { amount: 97 } }]]);
    const config = thread();
    const held = await agent.invoke(asked(), config);
    const { config: atHold } = await agent.graph.getState(config);
    const yes = answer({ [idsOf(held)[0] ?? ""]: "approve" });
    await agent.invoke(yes, config);
    expect(ran).toEqual(["money 97"]);
    await agent.invoke(yes, atHold).catch(() => undefined);
    expect(ran).toEqual(["money 97"]);
  });

  test.each(["before", "after"])("stacks with LangChain's own human in the loop %s it", async (where) => {
    const hitl = humanInTheLoopMiddleware(MONEY);
    const agent = agentThat([[{ name: "move_money", args: { amount: 11 } }]], { [where]: [hitl] });
    const config = thread();
    let result = await agent.invoke(asked(), config);
    const seen: string[] = [];
    for (let i = 0; i < 2; i++) {
      const isOurs = JSON.stringify(result).includes("hall.approvals");
      seen.push(isOurs ? "hall" : "hitl");
      const edited = { name: "move_money", args: { amount: 12 } };
      result = await agent.invoke(
        isOurs
          ? answer({ [idsOf(result)[0] ?? ""]: "approve" })
          : new Command({ resume: { decisions: [{ type: "edit", editedAction: edited }] } }),
        config,
      );
    }
    // Whoever is later in the list asks first. What was edited after the Hall's yes isn't what was said yes to.
    expect(seen).toEqual(where === "before" ? ["hall", "hitl"] : ["hitl", "hall"]);
    expect(ran).toEqual(where === "before" ? [] : ["money 12"]);
  });

  test.each(["before", "after"])(
    "what both said yes to runs once, LangChain's human %s it",
    async (where) => {
      const hitl = humanInTheLoopMiddleware(MONEY);
      const agent = agentThat([[{ name: "move_money", args: { amount: 13 } }]], { [where]: [hitl] });
      const config = thread();
      const theirs = new Command({ resume: { decisions: [{ type: "approve" }] } });
      const ours = (result: object) => answer({ [idsOf(result)[0] ?? ""]: "approve" });
      const first = await agent.invoke(asked(), config);
      const second = await agent.invoke(where === "before" ? ours(first) : theirs, config);
      expect(ran).toEqual([]);
      if (where === "after") {
        // Theirs once more, as by a second click, is no yes to the Hall's question.
        expect(idsOf(await agent.invoke(theirs, config))).toEqual(idsOf(second));
        expect(ran).toEqual([]);
      }
      await agent.invoke(where === "before" ? theirs : ours(second), config);
      expect(ran).toEqual(["money 13"]);
    },
  );

  test("nothing of all that is missing in the ledger", async () => {
    expect(await hall.audit.verify()).toMatchObject({ ok: true });
  });
});

import type { ToolMessage } from "@langchain/core/messages";
import { Command } from "@langchain/langgraph";
import { createAgent, toolRetryMiddleware } from "langchain";
import { afterAll, describe, expect, test } from "vitest";
import { governedTools, type Receipt, receiptOf } from "../../../adapters/langchain/index.js";
import { principalOf } from "../../../src/index.js";
import { ruleFor } from "../../hall/memoryHall.js";
import {
  asked,
  checkpointer,
  makeAgent,
  modelThatCalls,
  openAgentHall,
  requestsOf,
  thread,
  toolMessages,
} from "./agent.js";

describe("governedTools", async () => {
  const { hall, gate } = await openAgentHall();
  afterAll(() => hall.close());
  const tools = await governedTools(gate);
  const toolNamed = (name: string) => {
    const tool = tools.find((it) => it.name === name);
    if (tool === undefined) throw new Error(`no tool ${name}`);
    return tool;
  };
  const call = async (name: string, args: unknown, config: object = {}): Promise<ToolMessage> =>
    (await toolNamed(name).invoke(
      { type: "tool_call", id: "c1", name, args: args as never },
      config,
    )) as ToolMessage;

  test("are the gate's, with the schema that it publishes", async () => {
    const listed = await gate.tools();
    expect(tools.map(({ name, description, schema }) => ({ name, description, schema }))).toEqual(
      listed.map(({ name, description, input_schema }) => ({ name, description, schema: input_schema })),
    );
  });

  test.each([
    [undefined, "undefined"],
    [null, "null"],
    [hall, "object"],
  ])("of what is no gate are the program's mistake", async (gate, given) => {
    await expect(governedTools(gate as never)).rejects.toThrow(
      new TypeError(`gate: expected a gate, as hall.gate({ agent: "NAME" }) gives it, not ${given}`),
    );
  });

  test("answer with content, and with the receipt as artifact", async () => {
    const message = await call("search_notes", { query: "tea" });
    expect(message).toMatchObject({ content: '{"hits":[]}', status: "success", tool_call_id: "c1" });
    const receipt = message.artifact as Receipt;
    expect(receipt).toMatchObject({ outcome: "done", code: null, approval_id: null, output: { hits: [] } });
    expect(receipt.head).toMatchObject({ size: expect.any(Number), signature: expect.any(String) });
    expect(receiptOf(message)).toEqual(receipt);
    const [row] = hall.audit.query({ id: receipt.record_id ?? "" });
    expect(row?.body).toMatchObject({
      surface: "langchain",
      actor: "agent:support-bot",
      tool: "search_notes",
    });
    expect(hall.audit.query({ id: receipt.receipt_id ?? "" })).toHaveLength(1);
  });

  test.each([
    ["a missing member", {}],
    ["a wrong type", { query: 1 }],
    ["no object", "tea"],
    ["nothing", undefined],
    ["no JSON", 1n],
    [
      "a cycle",
      (() => {
        const it: Record<string, unknown> = {};
        it["query"] = it;
        return it;
      })(),
    ],
  ])("have the gate judge and record arguments with %s", async (_what, args) => {
    const message = await call("search_notes", args);
    expect(message.status).toBe("error");
    expect(message.content).toContain("DENIED DENY_INVALID_INPUT");
    const { record_id, code } = message.artifact as Receipt;
    expect(code).toBe("DENY_INVALID_INPUT");
    expect(hall.audit.query({ id: record_id ?? "" })).toHaveLength(1);
  });

  test("don't take arguments that look like a tool call for one", async () => {
    const message = await call("search_notes", { type: "tool_call", args: { query: "tea" } });
    expect(message.artifact).toMatchObject({ outcome: "denied", code: "DENY_INVALID_INPUT" });
  });

  test("give the text alone where there is no tool call to answer", async () => {
    expect(await toolNamed("search_notes").invoke({ query: "tea" })).toBe('{"hits":[]}');
    expect(await toolNamed("search_notes").invoke({})).toContain("DENY_INVALID_INPUT");
  });

  test("say outside a graph that a person must answer", async () => {
    const message = await call("add_note", { text: "outside" });
    expect(message.status).toBe("error");
    expect(message.content).toContain("APPROVAL_REQUIRED");
    expect(message.artifact).toMatchObject({ outcome: "held", approval_id: expect.any(String) });
  });

  test("tell what the call belongs to", async () => {
    const correlation = async (configurable: object) =>
      ((await call("search_notes", { query: "tea" }, { configurable })).artifact as Receipt).correlation_id;
    expect(await correlation({ thread_id: "t7" })).toBe("t7/c1");
    expect(await correlation({ thread_id: "t7", correlation_id: "mine" })).toBe("mine");
  });

  test("stop with the caller's signal, and don't throw", async () => {
    const message = await call("search_notes", { query: "tea" }, { signal: AbortSignal.abort() });
    expect(message).toMatchObject({ status: "error", artifact: { outcome: "failed", code: "CANCELLED" } });
  });

  test("a denial goes back to the model of an agent, which goes on", async () => {
    const model = modelThatCalls([{ name: "search_notes", args: { words: "tea" } }]);
    const result = await createAgent({ model, tools }).invoke(asked());
    expect(toolMessages(result)[0]).toMatchObject({
      status: "error",
      artifact: { code: "DENY_INVALID_INPUT" },
    });
    expect(result.messages.at(-1)?.content).toBe("done");
  });

  test("a held call stops a graph that can be resumed, and a yes runs it once", async () => {
    const model = modelThatCalls([{ name: "add_note", args: { text: "once" } }]);
    const agent = createAgent({ model, tools, checkpointer: checkpointer() });
    const config = thread();
    const held = await agent.invoke(asked(), config);
    const [request] = requestsOf(held);
    expect(request).toMatchObject({
      type: "hall.approvals",
      requests: [{ tool: "add_note", mode: "confirm" }],
    });
    const { approval_id = "", arguments: shown } = request?.requests[0] ?? {};
    expect(shown).toBe('{"text":"once"}');

    const resume = new Command({ resume: { decisions: { [approval_id]: "approve" } } });
    const result = await agent.invoke(resume, config);
    expect(toolMessages(result)).toMatchObject([
      { status: "success", content: '{"added":"once","total":1}' },
    ]);
    await agent.invoke(resume, config);
    expect(await notes()).toEqual(["once"]);
  });

  test("a no ends the hold, and the model is told", async () => {
    const agent = createAgent({
      model: modelThatCalls([{ name: "add_note", args: { text: "never" } }]),
      tools,
      checkpointer: checkpointer(),
    });
    const config = thread();
    const [request] = requestsOf(await agent.invoke(asked(), config));
    const { approval_id = "" } = request?.requests[0] ?? {};
    const resume = new Command({ resume: { decisions: { [approval_id]: "reject" } } });
    const result = await agent.invoke(resume, config);
    expect(toolMessages(result)).toMatchObject([
      { status: "error", artifact: { code: "DENY_APPROVAL_REFUSED" } },
    ]);
    expect(await notes()).not.toContain("never");
  });

  test("where an approver must sign, resuming looks whether one has", async () => {
    const {
      hall: other,
      gate: its,
      keys,
    } = await openAgentHall([
      ruleFor("rr_notes_write_dev_001", "cap.doc.write", "wrk.doc.searcher", {
        human_required_default: true,
      }),
    ]);
    try {
      const signed = async (sign: boolean) => {
        const agent = createAgent({
          model: modelThatCalls([{ name: "add_note", args: { text: "signed" } }]),
          tools: await governedTools(its),
          checkpointer: checkpointer(),
        });
        const config = thread();
        const [request] = requestsOf(await agent.invoke(asked(), config));
        const { approval_id = "" } = request?.requests[0] ?? {};
        const operator = other.approver(principalOf("operator", keys.operator));
        if (sign) await operator.vote(approval_id, "approve", null);
        const resume = new Command({ resume: { decisions: { [approval_id]: "approve" } } });
        return toolMessages(await agent.invoke(resume, config))[0]?.artifact as Receipt;
      };
      expect(await signed(false)).toMatchObject({ outcome: "held" });
      expect(await signed(true)).toMatchObject({ outcome: "done", output: { added: "signed" } });
    } finally {
      await other.close();
    }
  });

  test("a held call in an agent without a checkpointer is a message", async () => {
    const model = modelThatCalls([{ name: "add_note", args: { text: "no one to ask" } }]);
    const result = await createAgent({ model, tools }).invoke(asked());
    expect(toolMessages(result)).toMatchObject([{ status: "error", artifact: { outcome: "held" } }]);
  });

  test("a retry around a lone held tool runs nothing", async () => {
    const agent = makeAgent({
      model: modelThatCalls([{ name: "add_note", args: { text: "retried" } }]),
      tools,
      middleware: [toolRetryMiddleware({ maxRetries: 2, initialDelayMs: 0 })],
      checkpointer: checkpointer(),
    });
    await agent.invoke(asked(), thread());
    expect(await notes()).not.toContain("retried");
  });

  async function notes(): Promise<readonly string[]> {
    const found = await Promise.all(
      ["once", "never", "retried"].map((query) => gate.invoke("search_notes", { query })),
    );
    return found.flatMap((it) => (it.kind === "done" ? (it.output as { hits: string[] }).hits : []));
  }
});

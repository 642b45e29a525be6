import { afterAll, describe, expect, test } from "vitest";
import { openPrompts } from "../../src/mcp/prompts.js";
import type { Reading } from "../../src/mcp/provider.js";
import { CALLER, openNotesHall } from "../hall/memoryHall.js";
import { connect, done, scriptedGate, tool } from "./scripted.js";

const LOOSENING = /hall (?:apply|init|skill|approvals|trust|namespace)|rules\.json|config\.json|--allow/;

describe("the Hall's prompts", async () => {
  const parts = await openNotesHall();
  afterAll(() => parts.hall.close());
  const { client } = await connect(parts.hall.gate(CALLER));
  const { client: other } = await connect(parts.hall.gate({ ...CALLER, agent: "mcp:other" }));
  const get = async (name: string, args: Record<string, string>) => {
    const { messages } = await client.getPrompt({ name, arguments: args });
    expect(messages).toEqual([{ role: "user", content: { type: "text", text: expect.any(String) } }]);
    const text = messages.map(({ content }) => (content.type === "text" ? content.text : "")).join("");
    expect(text).not.toMatch(LOOSENING);
    return text;
  };

  test("are four, each with a description, and each argument too", async () => {
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual([
      "dispatch-worker",
      "explain-hold",
      "summarize-activity",
      "enroll-worker",
    ]);
    for (const { description, arguments: args = [] } of prompts) {
      for (const text of [description, ...args.map((one) => one.description)]) expect(text).toBeTruthy();
    }
  });

  test("dispatch-worker names the caller's own tools for a capability, or none", async () => {
    const text = await get("dispatch-worker", {
      capability: "cap.doc.search",
      task_description: "find\u202e it",
      agent_id: "a",
    });
    expect(text).toContain("- search_notes: ");
    expect(text).not.toContain("add_note");
    expect(text).toContain('"find\\u202e it"');
    expect(await get("dispatch-worker", { capability: "cap.money.move", task_description: "pay" })).toContain(
      "no tool",
    );
  });

  test("explain-hold carries what the Hall says of an own record, and of no other's", async () => {
    const result = await client.callTool({ name: "add_note", arguments: { text: "x" } });
    const { record_id } = (result._meta as { "dev.hall/receipt": { record_id: string } })["dev.hall/receipt"];
    expect(await get("explain-hold", { dispatch_id: record_id })).toContain('"outcome":"held"');
    const asked = { name: "explain-hold", arguments: { dispatch_id: record_id } };
    await expect(other.getPrompt(asked)).rejects.toMatchObject({ code: -32602 });
  });

  test("summarize-activity carries the session's own calls of the window", async () => {
    await client.callTool({ name: "search_notes", arguments: { query: "tea" } });
    expect(await get("summarize-activity", {})).toContain('"tool":"search_notes"');
    const { messages } = await other.getPrompt({
      name: "summarize-activity",
      arguments: { time_window: "7d" },
    });
    expect(JSON.stringify(messages)).toContain("no calls yet");
    const odd = { name: "summarize-activity", arguments: { time_window: "toString" } };
    await expect(client.getPrompt(odd)).rejects.toMatchObject({ code: -32602 });
  });

  test("enroll-worker drafts for review and grants nothing", async () => {
    const text = await get("enroll-worker", { worker_spec: "sends mail" });
    expect(text).toContain('"sends mail"');
    expect(text).toContain("review");
  });

  test.each([
    [{ name: "no-such-prompt" }],
    [{ name: "explain-hold" }],
    [{ name: "explain-hold", arguments: { dispatch_id: 7 } }],
    [{ name: "enroll-worker", arguments: { worker_spec: "x".repeat(8_001) } }],
    [{ name: "enroll-worker", arguments: ["a"] }],
  ])("%j is a bad parameter", async (params) => {
    const reading = { call: () => Promise.reject(), tools: async () => [], recent: () => [] } as Reading;
    await expect(openPrompts([]).get(params, reading)).rejects.toMatchObject({ code: -32602 });
  });

  test("completes arguments from what the caller can see", async () => {
    const complete = async (ref: object, name: string, value: string) =>
      (await client.complete({ ref: ref as never, argument: { name, value } })).completion;
    const dispatch = { type: "ref/prompt", name: "dispatch-worker" };
    expect(await complete(dispatch, "capability", "cap.doc.s")).toEqual({
      values: ["cap.doc.search"],
      total: 1,
      hasMore: false,
    });
    expect((await complete(dispatch, "agent_id", "")).values).toEqual([]);
    const summary = { type: "ref/prompt", name: "summarize-activity" };
    expect((await complete(summary, "time_window", "")).values).toEqual(["15m", "1h", "24h", "7d"]);
    const worker = { type: "ref/resource", uri: "wrk://workers/{id}" };
    expect((await complete(worker, "id", "org")).values).toEqual(["org.acme/notes"]);
    const capability = { type: "ref/resource", uri: "cap://catalog/{id}" };
    expect((await complete(capability, "id", "cap.hall")).values).toEqual([]);
    const receipt = { type: "ref/resource", uri: "hall://receipts/{id}" };
    expect((await complete(receipt, "id", "")).values).toHaveLength(2);
    expect(
      await other.complete({ ref: receipt as never, argument: { name: "id", value: "" } }),
    ).toMatchObject({
      completion: { values: [] },
    });
    for (const [ref, name] of [
      [dispatch, "no-such-argument"],
      [{ type: "ref/prompt", name: "no-such-prompt" }, "a"],
      [{ type: "ref/resource", uri: "hall://{id}" }, "id"],
      [receipt, "other"],
    ] as const) {
      await expect(complete(ref, name, "")).rejects.toMatchObject({ code: -32602 });
    }
  });
});

test("more than a hundred values are counted, and a hundred are given", async () => {
  const gate = scriptedGate(
    Array.from({ length: 120 }, (_, i) => ({ ...tool(`t${i}`), capability_id: `cap.doc.x${i}` })),
    () => done(null),
  );
  const { client } = await connect(gate);
  const ref = { type: "ref/prompt" as const, name: "dispatch-worker" };
  const { completion } = await client.complete({ ref, argument: { name: "capability", value: "cap" } });
  expect(completion).toMatchObject({ total: 120, hasMore: true });
  expect(completion.values).toHaveLength(100);
});

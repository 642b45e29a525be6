import { afterAll, describe, expect, test } from "vitest";
import { runToolCall } from "../../../adapters/openai/index.js";
import { sayOutcome } from "../../../src/hall/said.js";
import { openTestHall } from "../../../src/testing/index.js";
import { NOTES } from "../../hall/memoryHall.js";

const { gate, hall, records, approve, operator } = await openTestHall({ skills: [NOTES] });
afterAll(() => hall.close());
const bot = gate("bot");

const chat = (name: string, args: string) =>
  ({ id: "call_1", type: "function", function: { name, arguments: args } }) as const;
const responses = (name: string, args: string) =>
  ({ type: "function_call", call_id: "call_2", name, arguments: args }) as const;

describe("a model's tool call", () => {
  test("is answered in the shape in which it was asked", async () => {
    const asked = JSON.stringify({ query: "tea" });
    const one = await runToolCall(bot, chat("search_notes", asked));
    expect(one.message).toEqual({ role: "tool", tool_call_id: "call_1", content: '{"hits":[]}' });
    const two = await runToolCall(bot, responses("search_notes", asked));
    expect(two.message).toEqual({ type: "function_call_output", call_id: "call_2", output: '{"hits":[]}' });
    expect(two.outcome).toMatchObject({ kind: "done", output: { hits: [] } });
    expect(records({ id: two.outcome.record_id ?? "" })[0]).toMatchObject({
      surface: "openai",
      agent: "agent:bot",
    });
  });

  test("without any text of arguments is one with none", async () => {
    const { outcome } = await runToolCall(bot, chat("hall_standing", ""));
    expect(outcome).toMatchObject({ kind: "done" });
    const { outcome: denied } = await runToolCall(bot, responses("search_notes", ""));
    expect(denied).toMatchObject({ kind: "denied", denial: { code: "DENY_INVALID_INPUT" } });
  });

  test.each(["{query:", " ", "tea", "undefined", '{"query":"tea"', "[1,]"])(
    "with arguments %j, which are no JSON, is a denial on record",
    async (text) => {
      const { message, outcome } = await runToolCall(bot, chat("search_notes", text));
      expect(outcome).toMatchObject({ kind: "denied", denial: { code: "DENY_INVALID_INPUT" } });
      expect(message.content).toMatch(/^DENIED DENY_INVALID_INPUT/);
      expect(records({ id: outcome.record_id ?? "" })).toHaveLength(1);
    },
  );

  test.each([
    '"tea"',
    "null",
    "[]",
    '{"__proto__":{"query":"tea"}}',
    '{"query":1}',
    '{"query":"a","more":1}',
  ])("with arguments %j, which are other JSON, is one too", async (text) => {
    const { outcome } = await runToolCall(bot, responses("search_notes", text));
    expect(outcome).toMatchObject({ kind: "denied", denial: { code: "DENY_INVALID_INPUT" } });
  });

  test("a refusal is a message in the Hall's words", async () => {
    const { message, outcome } = await runToolCall(bot, responses("rm_rf", "{}"));
    if (outcome.kind !== "denied") throw new Error(outcome.kind);
    expect(message.output).toBe(sayOutcome(outcome));
  });

  test("a held call runs once, when the model repeats it after the yes", async () => {
    const call = chat("add_note", JSON.stringify({ text: "buy tea" }));
    const held = await runToolCall(bot, call);
    if (held.outcome.kind !== "held") throw new Error(held.outcome.kind);
    expect(held.message.content).toContain(held.outcome.approval_id);
    await approve(held.outcome.approval_id);
    expect((await runToolCall(bot, call)).outcome.kind).toBe("done");
    expect((await runToolCall(bot, call)).outcome.kind).toBe("held");
    const asked = await runToolCall(bot, chat("add_note", '{"text":"gin"}'), {
      onHold: async () => "declined",
    });
    expect(asked.outcome.kind).toBe("denied");
  });

  test("what is degraded for OpenAI is denied here, and nowhere else", async () => {
    const subject = "skill:org.acme/notes" as const;
    await operator.standing({ subject, state: "degraded", adapter: "openai" }, "a test");
    const { outcome } = await runToolCall(bot, chat("search_notes", '{"query":"tea"}'));
    expect(outcome).toMatchObject({ denial: { code: "DENY_ADAPTER_DEGRADED" } });
    expect(await bot.invoke("search_notes", { query: "tea" })).toMatchObject({ kind: "done" });
    await operator.standing({ subject, state: "active", adapter: "openai" }, "a test");
  });

  test("what is no function call is the program's mistake", async () => {
    const custom = { id: "c", type: "custom", custom: { name: "search_notes", input: "tea" } };
    await expect(runToolCall(bot, custom as never)).rejects.toThrow('not "custom"');
    await expect(runToolCall(undefined as never, chat("search_notes", "{}"))).rejects.toThrow(
      "gate: expected",
    );
  });
});

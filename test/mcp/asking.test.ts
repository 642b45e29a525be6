import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  type ElicitResult,
  LoggingMessageNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterAll, describe, expect, test } from "vitest";
import type { Ask, AskAnswer } from "../../src/protocol/ask.js";
import { openFixtureHall } from "../setup/conformance/hall.js";
import { connect, connectRaw, done, INITIALIZE, scriptedGate, textOf, tool } from "./scripted.js";

const BY = { tool: "ask", title: "Asker", skill_id: "org.acme/asker" };

/** What one ask gives through a session whose client can do this. */
async function asking(ask: Ask, client: Client, personMs = 5_000): Promise<AskAnswer> {
  let answer: AskAnswer | undefined;
  const gate = scriptedGate([tool("ask")], async (_tool, _args, { onAsk, signal }) => {
    answer = await onAsk?.(ask, BY, signal ?? new AbortController().signal);
    return done(null);
  });
  await connect(gate, { client, personMs });
  await client.callTool({ name: "ask" });
  if (answer === undefined) throw new Error("nothing was asked");
  return answer;
}

const person = (answer: () => ElicitResult | Promise<ElicitResult>) => {
  const client = new Client({ name: "person", version: "1" }, { capabilities: { elicitation: {} } });
  const shown: string[] = [];
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    shown.push(params.message);
    return answer();
  });
  return { client, shown };
};
const model = (answer: (params: object) => object) => {
  const client = new Client({ name: "model", version: "1" }, { capabilities: { sampling: {} } });
  client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => answer(params) as never);
  return client;
};
const elicit = (message: unknown = "Who?", schema: unknown = SCHEMA): Ask =>
  ({ kind: "elicit", params: { message, schema } }) as Ask;
const SCHEMA = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
const SAMPLE = { messages: [{ role: "user", content: { type: "text", text: "hi" } }], maxTokens: 5 };

describe("a handler's question to the person", () => {
  test("says first whose words they are, and shows nothing that can't be seen", async () => {
    const { client, shown } = person(() => ({ action: "accept", content: { name: "Ann", more: "x" } }));
    expect(await asking(elicit("Hall:\nApprove\u202e!"), client)).toEqual({
      answer: "accept",
      value: { action: "accept", content: { name: "Ann" } },
    });
    expect(shown).toEqual(["Asker (tool ask of org.acme/asker) asks:\n\nHall:\nApprove\\u202e!"]);
  });

  test.each(["decline", "cancel"] as const)("%s is handed on", async (action) => {
    expect(await asking(elicit(), person(() => ({ action })).client)).toEqual({
      answer: action,
      value: { action },
    });
  });

  test.each<[string, Ask, () => ElicitResult | Promise<ElicitResult>]>([
    ["a message that is none", elicit(7), () => ({ action: "cancel" })],
    ["too long a message", elicit("x".repeat(4_001)), () => ({ action: "cancel" })],
    ["a form that is none", elicit("?", { type: "object" }), () => ({ action: "cancel" })],
    [
      "a form with a hidden character",
      elicit("?", { type: "object", properties: { a: { type: "string", title: "\u202e" } } }),
      () => ({ action: "accept", content: { a: "x" } }),
    ],
    ["an answer that doesn't fit", elicit(), () => ({ action: "accept", content: { name: 7 } })],
    ["a client that breaks", elicit(), () => Promise.reject(new Error("secret"))],
    ["a client that never answers", elicit(), () => new Promise(() => {})],
  ])("%s is no answer", async (_, ask, answer) => {
    const { answer: word, value } = await asking(ask, person(answer).client, 50);
    expect(word).toBe("unavailable");
    expect(value).toEqual({ action: "unavailable", reason: expect.not.stringContaining("secret") });
  });

  test("a client that shows no forms can't be asked", async () => {
    const client = new Client({ name: "mute", version: "1" }, { capabilities: { elicitation: { url: {} } } });
    expect(await asking(elicit(), client)).toMatchObject({ answer: "unavailable" });
  });
});

describe("a handler's question to the model", () => {
  test("reaches it without tools or another server's context", async () => {
    let asked = {};
    const client = model((params) => {
      asked = params;
      return {
        role: "assistant",
        content: { type: "text", text: "ho" },
        model: "m",
        stopReason: "endTurn",
        extra: 1,
      };
    });
    const params = {
      ...SAMPLE,
      tools: [{ name: "t", inputSchema: { type: "object" } }],
      includeContext: "allServers",
    };
    expect(await asking({ kind: "sample", params } as Ask, client)).toEqual({
      answer: "answered",
      value: { role: "assistant", content: { type: "text", text: "ho" }, model: "m", stopReason: "endTurn" },
    });
    expect(asked).toEqual(SAMPLE);
  });

  test.each([
    ["no messages", {}],
    ["too many tokens", { ...SAMPLE, maxTokens: 1_000_000 }],
  ])("%s is no question", async (_, params) => {
    const client = model(() => ({}));
    expect(await asking({ kind: "sample", params } as Ask, client)).toMatchObject({
      answer: "unavailable",
      value: { error: expect.any(String) },
    });
  });

  test("a client that lends no model can't be asked", async () => {
    const { client } = person(() => ({ action: "cancel" }));
    expect(await asking({ kind: "sample", params: SAMPLE } as Ask, client)).toMatchObject({
      answer: "unavailable",
    });
  });
});

describe("through a real handler", async () => {
  const { parts, gateFor } = await openFixtureHall();
  afterAll(() => parts.hall.close());
  const asked = () => parts.store().query({ kind: "receipt", limit: 1 })[0]?.body as { asked?: unknown };

  test("the receipt says what was asked and how it ended, without the words", async () => {
    const { client } = person(() => ({ action: "accept", content: { username: "ann", email: "ann@acme" } }));
    await connect(gateFor({ name: "x" }), { client });
    const result = await client.callTool({ name: "test_elicitation", arguments: { message: "Who?" } });
    expect(textOf(result)).toContain('"username":"ann"');
    expect(asked().asked).toEqual([{ kind: "elicit", answer: "accept" }]);
    expect(JSON.stringify(asked())).not.toContain("ann@acme");
  });

  test("where nobody can be asked the handler is told so, and the receipt too", async () => {
    const { client } = await connect(gateFor({ name: "x" }));
    const result = await client.callTool({ name: "test_elicitation", arguments: { message: "Who?" } });
    expect(textOf(result)).toContain('"action":"unavailable"');
    expect(asked().asked).toEqual([{ kind: "elicit", answer: "unavailable" }]);
    await client.callTool({ name: "test_simple_text" });
    expect(asked()).not.toHaveProperty("asked");
  });

  test("log lines come in their order and before the result, from the level up that the client wants", async () => {
    const client = new Client({ name: "reader", version: "1" });
    const heard: unknown[] = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void heard.push(params));
    await connect(gateFor({ name: "x" }), { client });
    await client.callTool({ name: "test_tool_with_logging" });
    expect(heard).toEqual(
      ["Tool execution started", "Tool processing data", "Tool execution completed"].map((data) => ({
        level: "info",
        logger: "test_tool_with_logging",
        data,
      })),
    );
    await client.setLoggingLevel("warning");
    await client.callTool({ name: "test_tool_with_logging" });
    expect(heard).toHaveLength(3);
  });
});

test("a slow client has every line before the result", async () => {
  const gate = scriptedGate([tool("chatty")], (_tool, _args, { onLine }) => {
    for (const text of ["one", "two", "three"]) onLine?.({ level: "info", text });
    return done(null);
  });
  const { request, received } = await connectRaw({ gateFor: () => gate, slow: true });
  await request(1, "initialize", INITIALIZE);
  await request(2, "tools/call", { name: "chatty" });
  expect(received.map(({ id, method }) => id ?? method)).toEqual([
    1,
    "notifications/message",
    "notifications/message",
    "notifications/message",
    2,
  ]);
});

test.each([undefined, "loud", 3])("the log level %j is a bad parameter", async (level) => {
  const { client } = await connect(scriptedGate([], () => done(null)));
  await expect(client.setLoggingLevel(level as never)).rejects.toMatchObject({ code: -32602 });
});

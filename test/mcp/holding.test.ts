import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  ElicitationCompleteNotificationSchema,
  type ElicitRequest,
  ElicitRequestSchema,
  type ElicitResult,
} from "@modelcontextprotocol/sdk/types.js";
import { afterAll, describe, expect, test } from "vitest";
import { principalOf } from "../../src/hall/open.js";
import type { McpServerOptions } from "../../src/mcp/index.js";
import { CALLER, openNotesHall, policyOf, ruleFor } from "../hall/memoryHall.js";
import { connect, held, scriptedGate, textOf, tool } from "./scripted.js";

const rules = (approval: string) => [
  ruleFor("rr_notes_search_dev_001", "cap.doc.search", "wrk.doc.searcher"),
  ruleFor("rr_notes_write_dev_001", "cap.doc.write", "wrk.doc.searcher", {
    human_required_default: true,
    approval,
  }),
];

type Answer = (request: ElicitRequest, signal: AbortSignal) => ElicitResult | Promise<ElicitResult>;

/** A client whose person answers as told; `asked` is what they were shown. */
function personOf(
  answer: Answer,
  elicitation: { form?: Record<string, unknown>; url?: object } = { form: {}, url: {} },
) {
  const client = new Client({ name: "person", version: "1.0.0" }, { capabilities: { elicitation } });
  const asked: ElicitRequest["params"][] = [];
  client.setRequestHandler(ElicitRequestSchema, (request, { signal }) => {
    asked.push(request.params);
    return answer(request, signal);
  });
  return { client, asked };
}

async function openScene(approval: "confirm" | "approve") {
  const parts = await openNotesHall({ policy: () => policyOf(rules(approval)) });
  afterAll(() => parts.hall.close());
  const operator = parts.hall.approver(principalOf("operator", parts.keys.operator));
  const gateFor = () => parts.hall.gate(CALLER);
  const session = (client: Client, more: Partial<McpServerOptions> = {}) =>
    connect(gateFor(), { gateFor, client, pollMs: 5, ...more });
  const runs = () => parts.store().query({ kind: "receipt", limit: 100 }).length;
  return { parts, operator, session, runs };
}

const yes: Answer = () => ({ action: "accept", content: { run: true } });
const add = (client: Client, text: string) => client.callTool({ name: "add_note", arguments: { text } });

describe("a confirmation by a form", async () => {
  const { parts, session, runs } = await openScene("confirm");

  test("a yes runs the call, once, and is recorded with the surface that it came through", async () => {
    const { client, asked } = personOf(yes);
    await session(client);
    const before = runs();
    expect((await add(client, "buy tea")).structuredContent).toMatchObject({ added: "buy tea" });
    expect(runs()).toBe(before + 1);
    expect(asked).toHaveLength(1);
    const [approval] = parts.store().query({ kind: "approval", limit: 1 });
    expect(approval?.body).toMatchObject({ vote: null, confirmed_via: "mcp" });
  });

  test("the person is shown tool, skill and arguments whole, with nothing hidden in them", async () => {
    const { client, asked } = personOf(() => ({ action: "cancel" }));
    await session(client);
    await add(client, "pay \u202e001$ \u200bnow");
    const { message = "" } = asked[0] ?? {};
    expect(message).toContain("Tool: add_note (Notes, org.acme/notes)");
    expect(message).toContain('Arguments: {"text":"pay \\u202e001$ \\u200bnow"}');
    expect(message).not.toMatch(/[\u202e\u200b]/);
    expect(asked[0]).toMatchObject({
      requestedSchema: { required: ["run"], properties: { run: { type: "boolean" } } },
    });
  });

  test.each<[string, ElicitResult]>([
    ["declines", { action: "decline" }],
    ["accepts the form and answers no", { action: "accept", content: { run: false } }],
    ["accepts without an answer", { action: "accept" }],
    ["accepts with something else", { action: "accept", content: { run: "true" } }],
  ])("who %s refuses the call", async (how, answer) => {
    const { client } = personOf(() => answer);
    await session(client);
    const before = runs();
    expect(textOf(await add(client, how))).toMatch(/^DENIED DENY_APPROVAL_REFUSED: /);
    expect(runs()).toBe(before);
  });

  test.each<[string, Answer]>([
    ["cancels", () => ({ action: "cancel" })],
    ["breaks", () => Promise.reject(new Error("broken"))],
    [
      "never answers",
      (_, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", reject)),
    ],
  ])("who %s leaves it held, and may be asked again", async (how, answer) => {
    let again = false;
    const { client, asked } = personOf((...request) => (again ? yes(...request) : answer(...request)));
    await session(client, { personMs: 50 });
    expect(textOf(await add(client, how))).toMatch(/^APPROVAL_REQUIRED /);
    again = true;
    expect((await add(client, how)).structuredContent).toMatchObject({ added: how });
    expect(asked).toHaveLength(2);
  });

  test.each([
    ["asks nothing", undefined],
    ["knows only pages", { url: {} }],
  ])("a client that %s gets the approval's id", async (_, elicitation) => {
    const client = new Client(
      { name: "mute", version: "1" },
      { capabilities: elicitation ? { elicitation } : {} },
    );
    await session(client);
    expect(textOf(await add(client, "mute"))).toMatch(/^APPROVAL_REQUIRED /);
  });
});

test("a cancelled call lets go of the person, and nothing runs", async () => {
  const { session, runs } = await openScene("confirm");
  const cancel = new AbortController();
  let letGo = () => {};
  const wasLetGo = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const { client } = personOf((_, signal) => {
    signal.addEventListener("abort", letGo);
    cancel.abort();
    return new Promise(() => {});
  });
  await session(client);
  const call = client.callTool({ name: "add_note", arguments: { text: "x" } }, undefined, {
    signal: cancel.signal,
  });
  await expect(call).rejects.toThrow();
  await wasLetGo;
  expect(runs()).toBe(0);
});

test("what can't be shown whole isn't asked", async () => {
  const { client, asked } = personOf(yes);
  const gate = scriptedGate([tool("add")], async (_tool, _args, { onHold }) => {
    const waiting = held({ arguments: JSON.stringify("x".repeat(20_000)) });
    expect(waiting.kind === "held" && (await onHold?.(waiting.question))).toBe("later");
    return waiting;
  });
  await connect(gate, { client });
  expect(textOf(await client.callTool({ name: "add" }))).toMatch(/^APPROVAL_REQUIRED /);
  expect(asked).toEqual([]);
});

describe("an approval on a page", async () => {
  const { operator, session, runs } = await openScene("approve");
  const approvalUrl = (id: string) => `https://hall.example/approvals/${id}`;

  test("leads the person there, waits for the approver's answer, runs once, and says that it is done", async () => {
    const { client, asked } = personOf(({ params }) => {
      const { elicitationId } = params as { elicitationId: string };
      setTimeout(() => void operator.vote(elicitationId, "approve", null), 30);
      return { action: "accept" };
    });
    const told: string[] = [];
    client.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) => {
      told.push(params.elicitationId);
    });
    await session(client, { approvalUrl });
    expect((await add(client, "one")).structuredContent).toMatchObject({ added: "one" });
    const { elicitationId } = asked[0] as { elicitationId: string };
    expect(asked).toEqual([
      {
        mode: "url",
        elicitationId,
        url: approvalUrl(elicitationId),
        message: expect.stringContaining('{"text":"one"}'),
      },
    ]);
    expect(told).toEqual([elicitationId]);
    expect(runs()).toBe(1);
  });

  test("an approver's no denies the call", async () => {
    const { client } = personOf(({ params }) => {
      const { elicitationId } = params as { elicitationId: string };
      setTimeout(() => void operator.vote(elicitationId, "deny", null), 30);
      return { action: "accept" };
    });
    await session(client, { approvalUrl });
    expect(textOf(await add(client, "two"))).toMatch(/^DENIED DENY_APPROVAL_REFUSED: /);
  });

  test.each<[string, Answer, Partial<McpServerOptions>, { form?: Record<string, unknown>; url?: object }]>([
    ["nobody answers in time", () => ({ action: "accept" }), { approvalUrl, personMs: 20 }, { url: {} }],
    ["the person doesn't go there", () => ({ action: "decline" }), { approvalUrl }, { url: {} }],
    ["there is no page", yes, {}, { url: {}, form: {} }],
    ["the client knows only forms", yes, { approvalUrl }, { form: {} }],
  ])("%s: the call stays held, whatever the client says", async (how, answer, options, elicitation) => {
    const { client } = personOf(answer, elicitation);
    await session(client, options);
    const before = runs();
    expect(textOf(await add(client, how))).toMatch(/^APPROVAL_REQUIRED /);
    expect(runs()).toBe(before);
  });
});

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterAll, describe, expect, test } from "vitest";
import type { ResourceProvider } from "../../src/mcp/index.js";
import { CALLER, openNotesHall } from "../hall/memoryHall.js";
import { connect, done, scriptedGate, textOf, tool } from "./scripted.js";

async function read(client: Client, uri: string): Promise<Record<string, never>> {
  const { contents } = await client.readResource({ uri });
  expect(contents).toEqual([{ uri, mimeType: "application/json", text: expect.any(String) }]);
  return JSON.parse((contents[0] as { text: string }).text);
}

type Receipt = { "dev.hall/receipt": { record_id: string; receipt_id: string } };
const receiptOf = (result: { _meta?: object | undefined }) => (result._meta as Receipt)["dev.hall/receipt"];

describe("resources of a caller", async () => {
  const parts = await openNotesHall();
  afterAll(() => parts.hall.close());
  const { client } = await connect(parts.hall.gate(CALLER));
  const { client: other } = await connect(parts.hall.gate({ ...CALLER, agent: "mcp:other" }));
  const queries = () => parts.store().query({ kind: "query", limit: 500 }).length;

  test("are listed with descriptions, by what its tools show", async () => {
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      "hall://dispatches/recent",
      "hall://standing",
      "wrk://workers",
      "wrk://workers/org.acme%2Fnotes",
      "cap://catalog",
      "cap://catalog/cap.doc.search",
      "cap://catalog/cap.doc.write",
    ]);
    for (const { description } of resources) expect(description).toEqual(expect.any(String));
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      "hall://receipts/{id}",
      "wrk://workers/{id}",
      "cap://catalog/{id}",
    ]);
  });

  test("its own record is read; another's is as unknown as one that isn't there", async () => {
    const { receipt_id } = receiptOf(
      await client.callTool({ name: "search_notes", arguments: { query: "tea" } }),
    );
    expect(await read(client, `hall://receipts/${receipt_id}`)).toMatchObject({
      record_id: receipt_id,
      tool: "search_notes",
      outcome: "done",
    });
    for (const id of [receipt_id, "no-such-record"]) {
      const uri = `hall://receipts/${id}`;
      await expect(other.readResource({ uri })).rejects.toMatchObject({ code: -32002, data: { uri } });
    }
  });

  test("recent calls are this session's own, newest first", async () => {
    const denied = await client.callTool({ name: "search_notes", arguments: {} });
    const { dispatches } = await read(client, "hall://dispatches/recent");
    expect(dispatches).toMatchObject([
      { record_id: receiptOf(denied).record_id, outcome: "denied", code: "DENY_INVALID_INPUT" },
      { tool: "search_notes", outcome: "done" },
    ]);
    expect(await read(other, "hall://dispatches/recent")).toEqual({ dispatches: [] });
  });

  test("standing, workers and capabilities say what stands behind its tools", async () => {
    expect(await read(client, "hall://standing")).toMatchObject({
      tools: [{ tool: "search_notes", skill_id: "org.acme/notes", may_run: true }, { tool: "add_note" }],
    });
    const worker = {
      id: "org.acme/notes",
      version: "1.2.0",
      may_run: true,
      tools: [{ name: "search_notes", capability_id: "cap.doc.search" }, { name: "add_note" }],
    };
    expect(await read(client, "wrk://workers")).toMatchObject({ workers: [worker] });
    expect(await read(client, "wrk://workers/org.acme%2Fnotes")).toMatchObject(worker);
    const capability = {
      id: "cap.doc.search",
      tools: [{ name: "search_notes", skill_id: "org.acme/notes" }],
    };
    expect(await read(client, "cap://catalog/cap.doc.search")).toMatchObject(capability);
    expect((await read(client, "cap://catalog"))["capabilities"]).toHaveLength(2);
  });

  test("each read is a governed query", async () => {
    for (const uri of ["hall://standing", "wrk://workers", "cap://catalog", "hall://receipts/none"]) {
      const before = queries();
      await client.readResource({ uri }).catch(() => undefined);
      expect(queries()).toBe(before + 1);
    }
  });

  test.each([
    "hall://nothing",
    "hall://receipts/",
    `hall://receipts/${"x".repeat(65)}`,
    "hall://receipts/a/b",
    "wrk://workers/org.acme/notes",
    "wrk://workers/%zz",
    "wrk://workers/org.acme%2fnotes",
    "cap://catalog/cap.money.move",
    "file:///etc/passwd",
    "",
  ])("there is no %s", async (uri) => {
    await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32002, data: { uri } });
  });

  test.each([undefined, 7, "x".repeat(3_000)])("the URI %j is a bad parameter", async (uri) => {
    await expect(client.readResource({ uri: uri as string })).rejects.toMatchObject({ code: -32602 });
  });
});

test("where nothing may be used there is nothing to list but the Hall's own", async () => {
  const { client } = await connect(scriptedGate([], () => done(null)));
  expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual([
    "hall://dispatches/recent",
    "hall://standing",
    "wrk://workers",
    "cap://catalog",
  ]);
});

test("a read that is refused is an error in the words that every surface says", async () => {
  const denial = {
    code: "DENY_POLICY_NOT_APPLIED" as const,
    message: "None.",
    helps: "Ask.",
    retryable: false,
  };
  const refused = { ...done(null), kind: "denied", denial } as never;
  const { client } = await connect(scriptedGate([], () => refused));
  await expect(client.readResource({ uri: "hall://standing" })).rejects.toMatchObject({
    code: -32600,
    message: expect.stringContaining("DENIED DENY_POLICY_NOT_APPLIED: None."),
  });
});

describe("subscriptions", () => {
  const STANDING = { tools: [] };
  const answers = (name: string) => done(name === "hall_standing" ? STANDING : null);

  async function watching(uris: readonly string[], more: readonly ResourceProvider[] = []) {
    const gate = scriptedGate([tool("plain")], answers);
    const client = new Client({ name: "watcher", version: "1" });
    const { server } = await connect(gate, { client, resources: more });
    const told: string[] = [];
    const wakers = new Set<() => void>();
    const note = (what: string) => {
      told.push(what);
      for (const wake of wakers) wake();
    };
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => note(params.uri));
    client.setNotificationHandler(ResourceListChangedNotificationSchema, () => note("list"));
    for (const uri of uris) await client.subscribeResource({ uri });
    const until = async (what: string) => {
      while (!told.includes(what)) await new Promise<void>((resolve) => wakers.add(resolve));
    };
    return { gate, client, server, told, until };
  }

  test("a call tells of the recent ones, a change of tools of the lists and of what they show", async () => {
    const { gate, client, told, until } = await watching([
      "hall://dispatches/recent",
      "hall://standing",
      "wrk://workers",
    ]);
    await client.callTool({ name: "plain" });
    await until("hall://dispatches/recent");
    expect(told).toEqual(["hall://dispatches/recent"]);
    for (const changed of gate.listeners) changed();
    await until("wrk://workers");
    expect([...told].sort()).toEqual([
      "hall://dispatches/recent",
      "hall://standing",
      "list",
      "wrk://workers",
    ]);
  });

  test("reading tells nobody of anything, and an ended subscription neither", async () => {
    const { gate, client, told, until } = await watching(["hall://dispatches/recent", "hall://standing"]);
    await client.readResource({ uri: "hall://dispatches/recent" });
    await client.readResource({ uri: "hall://standing" });
    await client.unsubscribeResource({ uri: "hall://dispatches/recent" });
    await client.callTool({ name: "plain" });
    for (const changed of gate.listeners) changed();
    await until("hall://standing");
    expect(told).not.toContain("hall://dispatches/recent");
  });

  test("what can't be read can't be watched", async () => {
    await expect(watching(["hall://nothing"])).rejects.toMatchObject({ code: -32002 });
  });

  test("a session watches a hundred at most", async () => {
    const many: ResourceProvider = {
      list: async () => [],
      templates: [],
      read: async (uri) => (uri.startsWith("test://") ? [{ uri, text: "" }] : undefined),
    };
    const uris = Array.from({ length: 100 }, (_, i) => `test://${i}`);
    const { client } = await watching(uris, [many]);
    await client.subscribeResource({ uri: "test://7" }); // once more is still once
    await expect(client.subscribeResource({ uri: "test://more" })).rejects.toMatchObject({ code: -32602 });
  });
});

test("a provider's resources stand beside the Hall's own, and are read by governed calls", async () => {
  const gate = scriptedGate([tool("fetch")], (_tool, args) => done(args as never));
  const provider: ResourceProvider = {
    list: async () => [{ uri: "test://a", name: "a" }],
    templates: [{ uriTemplate: "test://x/{id}", name: "x" }],
    read: async (uri, reading) => {
      if (uri !== "test://a") return undefined;
      const outcome = await reading.call("fetch", { uri });
      return [{ uri, text: JSON.stringify(outcome.kind === "done" ? outcome.output : null) }];
    },
  };
  const { client } = await connect(gate, { resources: [provider] });
  expect((await client.listResources()).resources.map(({ uri }) => uri)).toContain("test://a");
  expect((await client.readResource({ uri: "test://a" })).contents).toEqual([
    { uri: "test://a", text: '{"uri":"test://a"}' },
  ]);
  expect(gate.calls).toMatchObject([{ tool: "fetch", args: { uri: "test://a" } }]);
  expect(textOf(await client.callTool({ name: "fetch" }))).toBe("{}");
});

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { describe, expect, test } from "vitest";
import { createMcpServer } from "../../src/mcp/index.js";
import type { Outcome } from "../../src/protocol/outcome.js";
import {
  connect,
  connectRaw,
  done,
  HITS,
  held,
  INITIALIZE,
  recorded,
  scriptedGate,
  textOf,
  tool,
} from "./scripted.js";

const SECRET = "/home/alice/.secret sk-12345";
const gateOf = (invoke: Parameters<typeof scriptedGate>[1]) =>
  scriptedGate([tool("search", HITS), tool("plain")], invoke);
const answering = (outcome: Outcome) => gateOf(() => outcome);

/** A call that runs until its signal says stop. */
function hanging() {
  let started = () => {};
  const start = new Promise<void>((resolve) => {
    started = resolve;
  });
  const signals: AbortSignal[] = [];
  const gate = gateOf(
    (_tool, _args, { signal }) =>
      new Promise((resolve) => {
        if (signal === undefined) throw new Error("no signal");
        signals.push(signal);
        signal.addEventListener("abort", () => resolve(done({ hits: [] })));
        started();
      }),
  );
  return { gate, start, signals };
}

describe("the session", () => {
  test("says what it does, and names itself", async () => {
    const { client } = await connect(answering(done(null)), { instructions: "Governed tools." });
    expect(client.getServerCapabilities()).toEqual({
      tools: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
      prompts: {},
      logging: {},
      completions: {},
    });
    expect(client.getServerVersion()).toEqual({ name: "wcp-hall", version: "9.9.9" });
    expect(client.getInstructions()).toBe("Governed tools.");
    await expect(client.ping()).resolves.toEqual({});
  });

  test("asks once for the gate of the client that initialized", async () => {
    const asked: unknown[] = [];
    const gate = answering(done(null));
    const { client } = await connect(gate, {
      client: new Client({ name: "claude", version: "3" }),
      gateFor: (info) => {
        asked.push(info);
        return gate;
      },
    });
    await client.listTools();
    await client.callTool({ name: "plain" });
    expect(asked).toEqual([{ name: "claude", version: "3" }]);
  });

  test.each(["tools/list", "tools/call"])(
    "%s before initialize is refused and reaches no gate",
    async (method) => {
      const gate = answering(done(null));
      const { request } = await connectRaw({ gateFor: () => gate });
      const { error } = await request(1, method, { name: "plain" });
      expect(error).toEqual({ code: -32600, message: "Not initialized: send initialize first." });
      expect(gate.calls).toEqual([]);
    },
  );

  test("a second initialize can't change who is calling", async () => {
    const names: string[] = [];
    const { request } = await connectRaw({
      gateFor: ({ name }) => {
        names.push(name);
        return answering(done(null));
      },
    });
    await request(1, "initialize", INITIALIZE);
    const again = await request(2, "initialize", {
      ...INITIALIZE,
      clientInfo: { name: "other", version: "1" },
    });
    expect(again.error?.code).toBe(-32600);
    expect(names).toEqual(["raw"]);
  });

  test("a bad initialize is one clear sentence, and a good one may follow", async () => {
    const { request } = await connectRaw({ gateFor: () => answering(done(null)) });
    const bad = await request(1, "initialize", { protocolVersion: 7 });
    expect(bad.error).toEqual({
      code: -32602,
      message: expect.stringMatching(/^initialize needs [^{}\n]+\.$/),
    });
    expect((await request(2, "initialize", INITIALIZE)).result).toMatchObject({
      protocolVersion: "2025-11-25",
    });
  });

  test("comes through the adapter mcp, which an operator may degrade", async () => {
    const asked: unknown[] = [];
    const gate = answering(done(null));
    const through = (...names: unknown[]) => {
      asked.push(names);
      return gate;
    };
    await connect({ ...gate, through });
    expect(asked).toEqual([["mcp"]]);
  });

  test.each(["prompts", "resources/write", "roots/list", "tasks/list", "constructor"])(
    "%s is not found",
    async (method) => {
      const { request } = await connectRaw({ gateFor: () => answering(done(null)) });
      await request(1, "initialize", INITIALIZE);
      expect((await request(2, method, {})).error?.code).toBe(-32601);
    },
  );

  test("constructs no Ajv", () => {
    const server = createMcpServer({ gateFor: () => answering(done(null)), version: "1" });
    expect(
      (server as unknown as { _jsonSchemaValidator: object })._jsonSchemaValidator.constructor.name,
    ).toBe("Object");
  });
});

describe("tools/list", () => {
  test("the SDK's client accepts the list, and its next one after a change", async () => {
    const gate = answering(done(null));
    let changed = (_names: readonly string[]) => {};
    const seen = new Promise<readonly string[]>((resolve) => {
      changed = resolve;
    });
    const client = new Client(
      { name: "tester", version: "1" },
      {
        listChanged: {
          tools: { onChanged: (_error, tools) => changed(tools?.map(({ name }) => name) ?? []) },
        },
      },
    );
    await connect(gate, { client });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["search", "plain"]);
    gate.list = [tool("plain")];
    for (const tell of gate.listeners) tell();
    expect(await seen).toEqual(["plain"]);
  });

  test("many changes at once are one notification; none follows the close", async () => {
    const gate = answering(done(null));
    const { request, received, server } = await connectRaw({ gateFor: () => gate });
    await request(1, "initialize", INITIALIZE);
    const told = () => received.filter(({ method }) => method === "notifications/tools/list_changed").length;
    for (let i = 0; i < 20; i++) for (const tell of gate.listeners) tell();
    await expect.poll(told).toBe(1);
    await request(2, "ping");
    expect(told()).toBe(1);
    await server.close();
    expect(gate.listeners.size).toBe(0);
  });
});

describe("tools/call", () => {
  test("passes tool, arguments, signal and the caller's wishes to the gate", async () => {
    const gate = answering(done({ hits: ["a"] }));
    const { client } = await connect(gate);
    await client.listTools();
    const result = await client.callTool({
      name: "search",
      arguments: { query: "a" },
      _meta: { "dev.hall/correlation_id": "corr-9", "dev.hall/dry_run": false },
    });
    expect(result.structuredContent).toEqual({ hits: ["a"] });
    expect(gate.calls).toEqual([
      {
        tool: "search",
        args: { query: "a" },
        options: {
          signal: expect.any(AbortSignal),
          dryRun: false,
          correlationId: "corr-9",
          onAsk: expect.any(Function),
          onHold: expect.any(Function),
          onLine: expect.any(Function),
        },
      },
    ]);
  });

  test("without a list before it, a tool with an output schema still answers structured", async () => {
    const { client } = await connect(answering(done({ hits: [] })));
    expect((await client.callTool({ name: "search" })).structuredContent).toEqual({ hits: [] });
    expect(await client.callTool({ name: "plain" })).not.toHaveProperty("structuredContent");
  });

  const denial = {
    code: "DENY_UNKNOWN_SKILL" as const,
    message: "No such tool.",
    helps: "List.",
    retryable: false,
  };
  test.each<Outcome>([
    { kind: "denied", ...recorded, denial },
    held({ mode: "approve" }),
    { kind: "dry_run", ...recorded, would: "run" },
    {
      kind: "failed",
      ...recorded,
      fault: { code: "HANDLER_ERROR", message: "It failed." },
      receipt_id: "rcpt-1",
    },
  ])("the SDK's client gets $kind whole for a tool with an output schema", async (outcome) => {
    const { client } = await connect(answering(outcome));
    await client.listTools();
    const result = await client.callTool({ name: "search" });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(/rec-1|rcpt-1/);
    expect(result._meta?.["dev.hall/receipt"]).toMatchObject({ outcome: outcome.kind });
  });

  test("a tool that nobody has goes through the gate", async () => {
    const gate = answering({ kind: "denied", ...recorded, denial });
    const { client } = await connect(gate);
    expect(textOf(await client.callTool({ name: "no such tool" }))).toMatch(/^DENIED DENY_UNKNOWN_SKILL: /);
    expect(gate.calls[0]?.tool).toBe("no such tool");
  });

  test.each([[], "text", null, 7])(
    "arguments %j are -32602 in one sentence, without a call",
    async (args) => {
      const gate = answering(done(null));
      const { request } = await connectRaw({ gateFor: () => gate });
      await request(1, "initialize", INITIALIZE);
      const { error } = await request(2, "tools/call", { name: "plain", arguments: args });
      expect(error).toEqual({
        code: -32602,
        message: expect.stringMatching(/^params\.arguments must be a JSON object/),
      });
      expect(gate.calls).toEqual([]);
    },
  );

  test("a request for a task is served as an ordinary call", async () => {
    const { request } = await connectRaw({ gateFor: () => answering(done("ok")) });
    await request(1, "initialize", INITIALIZE);
    const { result } = await request(2, "tools/call", { name: "plain", task: { ttl: 1000 } });
    expect(textOf(result)).toBe('"ok"');
  });
});

describe("progress", () => {
  const reporting = () =>
    gateOf((_tool, _args, { onProgress }) => {
      onProgress?.({ progress: 1, total: 2, message: "half\ud800" });
      return done({ hits: [] });
    });

  test("reaches a client that asked, before the result", async () => {
    const { request, received } = await connectRaw({ gateFor: reporting });
    await request(1, "initialize", INITIALIZE);
    await request(2, "tools/call", { name: "search", _meta: { progressToken: 0 } });
    expect(received.slice(1)).toEqual([
      {
        jsonrpc: "2.0",
        method: "notifications/progress",
        params: { progressToken: 0, progress: 1, total: 2, message: "half\ufffd" },
      },
      expect.objectContaining({ id: 2 }),
    ]);
  });

  test("none comes after the result, however slow the client is", async () => {
    const gate = gateOf((_tool, _args, { onProgress }) => {
      for (const progress of [1, 2, 3]) onProgress?.({ progress });
      return done({ hits: [] });
    });
    const { request, received } = await connectRaw({ gateFor: () => gate, slow: true });
    await request(1, "initialize", INITIALIZE);
    await request(2, "tools/call", { name: "search", _meta: { progressToken: "p" } });
    await request(3, "ping");
    expect(received.map(({ id, method }) => id ?? method)).toEqual([
      1,
      "notifications/progress",
      "notifications/progress",
      2,
      3,
    ]);
  });

  test("a client that didn't ask gets none", async () => {
    const { request, received } = await connectRaw({ gateFor: reporting });
    await request(1, "initialize", INITIALIZE);
    await request(2, "tools/call", { name: "search" });
    expect(received).toHaveLength(2);
  });
});

describe("ending early", () => {
  test.each([0, 5, "five"])(
    "a cancel of request %j reaches the call, and nothing is answered",
    async (id) => {
      const { gate, start, signals } = hanging();
      const { request, received, send } = await connectRaw({ gateFor: () => gate });
      await request("i", "initialize", INITIALIZE);
      await send({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "search" } });
      await start;
      await send({
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: { requestId: id, reason: "enough" },
      });
      await request("p", "ping");
      expect(signals[0]?.aborted).toBe(true);
      expect(received.map((message) => message.id)).toEqual(["i", "p"]);
    },
  );

  test("the SDK client's own abort reaches the call", async () => {
    const { gate, start, signals } = hanging();
    const { client } = await connect(gate);
    const stop = new AbortController();
    const call = client.callTool({ name: "search" }, undefined, { signal: stop.signal });
    await start;
    stop.abort();
    await expect(call).rejects.toThrow();
    await client.ping();
    expect(signals[0]?.aborted).toBe(true);
  });

  test("a client that goes away aborts its running calls", async () => {
    const { gate, start, signals } = hanging();
    const { client } = await connect(gate);
    client.callTool({ name: "search" }).catch(() => {});
    await start;
    await client.close();
    expect(signals[0]?.aborted).toBe(true);
  });
});

describe("what breaks", () => {
  const broken = () => {
    throw new Error(SECRET);
  };
  const cases: [string, Parameters<typeof connectRaw>[0]["gateFor"], string, unknown][] = [
    ["gateFor throws", broken, "initialize", INITIALIZE],
    ["invoke throws", () => gateOf(broken), "tools/call", { name: "plain" }],
    ["invoke rejects with text", () => gateOf(() => Promise.reject(SECRET)), "tools/call", { name: "plain" }],
    ["tools rejects", () => ({ ...gateOf(broken), tools: async () => broken() }), "tools/list", {}],
    [
      "an outcome nobody knows",
      () => gateOf(() => ({ kind: SECRET }) as never),
      "tools/call",
      { name: "plain" },
    ],
    ["an output that is no JSON", () => gateOf(() => done(10n as never)), "tools/call", { name: "plain" }],
  ];
  test.each(cases)(
    "%s: -32603 in the Hall's words, the rest to onError",
    async (_name, gateFor, method, params) => {
      const errors: Error[] = [];
      const { request } = await connectRaw({ gateFor, onError: (error) => errors.push(error) });
      if (method !== "initialize") await request(1, "initialize", INITIALIZE);
      const answer = await request(2, method, params);
      expect(answer.error).toEqual({
        code: -32603,
        message: "The Hall couldn't answer this request; its own log says why.",
      });
      expect(errors).toHaveLength(1);
    },
  );

  test("a bad cursor is -32602", async () => {
    const { client } = await connect(gateOf(broken));
    await expect(client.listTools({ cursor: "x" })).rejects.toMatchObject({ code: -32602 });
  });
});

import { PassThrough } from "node:stream";
import { InitializeRequestSchema, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/sdk/types.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { greet, greetingTo, PROTOCOL_VERSIONS } from "../../src/mcp/greeting.js";
import { serveStdio } from "../../src/mcp/stdio.js";
import { scriptedGate } from "./scripted.js";

const WELCOME = { version: "9.9.9", instructions: "Ask nicely." };
const PARAMS = {
  protocolVersion: "2025-06-18",
  capabilities: { roots: { listChanged: true }, elicitation: { form: {}, url: {} }, sampling: {} },
  clientInfo: { name: "test", version: "1", title: "A test" },
};
const initialize = (params: unknown = PARAMS, id: unknown = 0) => ({
  jsonrpc: "2.0",
  id,
  method: "initialize",
  params,
});
const line = (message: unknown) => Buffer.from(`${JSON.stringify(message)}\n`);

/** The first answers that the server writes when it is told all this on stdin, greeted or not. */
async function served(
  messages: readonly unknown[],
  answers: number,
  answered?: string | number,
): Promise<readonly unknown[]> {
  const streams = { input: new PassThrough(), output: new PassThrough(), errors: new PassThrough() };
  const gateFor = () => scriptedGate([], () => Promise.reject());
  const server = await serveStdio({ ...WELCOME, gateFor, streams, answered, exit: () => {} });
  const heard: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    streams.output.on("readable", () => {
      heard.push(...written(streams.output));
      if (heard.length >= answers) resolve();
    });
  });
  for (const message of messages) streams.input.write(line(message));
  await all;
  await server.close();
  return heard;
}

function written(output: PassThrough): readonly unknown[] {
  return String(output.read() ?? "")
    .split("\n")
    .filter(Boolean)
    .map((text) => JSON.parse(text));
}

test("it knows the protocol versions that the SDK knows", () => {
  expect(PROTOCOL_VERSIONS).toEqual(SUPPORTED_PROTOCOL_VERSIONS);
});

test.each([...PROTOCOL_VERSIONS, "2099-01-01", ""])(
  "it says to %s what the server says",
  async (protocolVersion) => {
    const request = initialize({ ...PARAMS, protocolVersion }, "a");
    const greeting = greetingTo(line(request), WELCOME);
    expect(greeting).toBeDefined();
    expect([greeting]).toEqual(await served([request], 1));
  },
);

test("whoever is greeted is served, and answered once", async () => {
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
  const heard = await served([initialize(), list, ping], 2, 0);
  expect(heard).toHaveLength(2);
  expect(heard).toContainEqual({ jsonrpc: "2.0", id: 1, result: { tools: [] } });
  expect(heard).toContainEqual({ jsonrpc: "2.0", id: 2, result: {} });
});

test("whatever it greets, the server accepts", () => {
  const odd = fc.oneof(fc.constant({}), fc.boolean(), fc.string(), fc.constant({ form: {} }), fc.jsonValue());
  const name = fc.constantFrom(
    "roots",
    "sampling",
    "elicitation",
    "experimental",
    "tasks",
    "extensions",
    "new",
  );
  const good = fc.constantFrom({}, { form: {} }, { list: {} }, { listChanged: true });
  const usually = <T>(usual: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: odd });
  const params = fc.record(
    {
      protocolVersion: usually(fc.constantFrom(...PROTOCOL_VERSIONS)),
      capabilities: usually(fc.dictionary(name, usually(good))),
      clientInfo: usually(
        fc.dictionary(fc.constantFrom("title", "description", "icons"), usually(fc.string())),
      ).map((info) => Object.assign({ name: "test", version: "1" }, info)),
    },
    { requiredKeys: ["protocolVersion", "capabilities", "clientInfo"] },
  );
  let greeted = 0;
  fc.assert(
    fc.property(usually(params), (params) => {
      const request = JSON.parse(JSON.stringify(initialize(params)));
      if (greetingTo(line(request), WELCOME) === undefined) return;
      greeted++;
      expect(InitializeRequestSchema.safeParse(request).success).toBe(true);
    }),
    { numRuns: 2000 },
  );
  expect(greeted).toBeGreaterThan(20);
});

test.each<[string, unknown]>([
  ["another method", { ...initialize(), method: "tools/list" }],
  ["a notification", { jsonrpc: "2.0", method: "initialize", params: PARAMS }],
  ["no client", initialize({ ...PARAMS, clientInfo: undefined })],
  ["a client without a version", initialize({ ...PARAMS, clientInfo: { name: "x" } })],
  ["a name beyond the bound", initialize({ ...PARAMS, clientInfo: { name: "x".repeat(257), version: "1" } })],
  [
    "a capability of another kind",
    initialize({ ...PARAMS, capabilities: { roots: { listChanged: "yes" } } }),
  ],
  ["a list", [initialize()]],
  ["null", null],
])("it leaves %s to the server", (_name, message) => {
  expect(greetingTo(line(message), WELCOME)).toBeUndefined();
});

describe("on a stream", () => {
  function met() {
    const [input, output] = [new PassThrough(), new PassThrough()];
    return { input, output, greeter: greet(input, output, WELCOME) };
  }

  test("everything that came is still there to be read", async () => {
    const { input, output, greeter } = met();
    const bytes = Buffer.concat([
      line(initialize()),
      line({ jsonrpc: "2.0", method: "notifications/initialized" }),
    ]);
    input.write(bytes);
    await greeter.met;
    expect(greeter.end()).toBe(0);
    expect(written(output)).toEqual([greetingTo(bytes, WELCOME)]);
    const read = new Promise((resolve) => input.once("data", resolve));
    expect(await read).toEqual(bytes);
  });

  test("half a message isn't answered", async () => {
    const { input, output, greeter } = met();
    input.write(line(initialize()).subarray(0, 40));
    await greeter.met;
    expect(greeter.end()).toBeUndefined();
    expect(written(output)).toEqual([]);
  });

  test("a client that goes at once is met, and its end is still to be read", async () => {
    const { input, greeter } = met();
    input.end();
    await greeter.met;
    greeter.end();
    await new Promise((resolve) => input.on("end", resolve).on("data", () => {}));
  });

  test("a client whose going has been noticed already ends the session", async () => {
    const { input, output, greeter } = met();
    input.end();
    input.read(0); // as a socket does when it meets its end
    await greeter.met;
    await new Promise((resolve) => setImmediate(resolve));
    expect(input.readableEnded).toBe(true);
    const gateFor = () => scriptedGate([], () => Promise.reject());
    const streams = { input, output, errors: new PassThrough() };
    const code = new Promise((resolve) => {
      void serveStdio({ ...WELCOME, gateFor, streams, answered: greeter.end(), exit: resolve });
    });
    expect(await code).toBe(0);
  });

  test("after the end nothing is answered", async () => {
    const { input, output, greeter } = met();
    greeter.end();
    input.write(line(initialize()));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(written(output)).toEqual([]);
  });
});

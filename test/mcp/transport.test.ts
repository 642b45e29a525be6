import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { openStdioTransport } from "../../src/mcp/transport.js";

async function open(maxMessageBytes?: number) {
  const input = new PassThrough();
  const output = new PassThrough();
  const transport = openStdioTransport(
    input,
    output,
    maxMessageBytes === undefined ? {} : { maxMessageBytes },
  );
  const messages: unknown[] = [];
  const notes: string[] = [];
  let closes = 0;
  transport.onmessage = (message) => messages.push(message);
  transport.onerror = (error) => notes.push(error.message);
  transport.onclose = () => {
    closes++;
  };
  await transport.start();
  const write = async (text: string | Buffer) => {
    input.write(text);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const written = () =>
    String(output.read() ?? "")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return { input, output, transport, messages, notes, write, written, closes: () => closes };
}

const ping = (id: unknown) => ({ jsonrpc: "2.0", id, method: "ping" });
const line = (message: unknown) => `${JSON.stringify(message)}\n`;

describe("reading", () => {
  test("requests, notifications and responses are handed on", async () => {
    const { messages, write } = await open();
    const sent = [
      ping(0),
      { jsonrpc: "2.0", method: "notifications/initialized" },
      { jsonrpc: "2.0", id: 1, result: {} },
      { jsonrpc: "2.0", id: 1, error: { code: -1, message: "no" } },
    ];
    await write(`${sent.map(line).join("\r")}`);
    expect(messages).toEqual(sent);
  });

  test.each<[string, unknown]>([
    ["parameters in a list", { ...ping(3), params: [1] }],
    ["a bad progress token", { ...ping(3), params: { _meta: { progressToken: {} } } }],
    ["another version", { ...ping(3), jsonrpc: "1.0" }],
    ["a member too many", { ...ping(3), extra: 1 }],
  ])("a request with %s is answered with an error", async (_name, message) => {
    const { messages, write, written } = await open();
    await write(line(message));
    expect(messages).toEqual([]);
    expect(written()).toEqual([
      { jsonrpc: "2.0", id: 3, error: { code: -32600, message: expect.stringContaining("JSON-RPC") } },
    ]);
  });

  test.each<[string, string | Buffer]>([
    ["no JSON", "{nonsense: secret}\n"],
    ["a blank line", "\n"],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22, 0x0a])],
    ["a batch", line([ping(1)])],
    ["an id that can't be answered", line(ping({}))],
    ["a bare number", "7\n"],
  ])("%s is dropped with a note that quotes nothing, and the next line is read", async (_name, bytes) => {
    const { messages, notes, write, written } = await open();
    await write(bytes);
    await write(line(ping(9)));
    expect(messages).toEqual([ping(9)]);
    expect(written()).toEqual([]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).not.toContain("secret");
  });

  test("100,000 levels deep is a message like any other", async () => {
    const { messages, write } = await open();
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    await write(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"a":${deep}}}}\n`,
    );
    await write(`${deep}\n`);
    await write(line(ping(2)));
    expect(messages).toHaveLength(2);
    expect(messages[1]).toEqual(ping(2));
  });

  test("a message over the limit gets an error by its id, or a note", async () => {
    const { messages, notes, write, written } = await open(200);
    await write(line({ method: "tools/call", params: { a: "x".repeat(300) }, jsonrpc: "2.0", id: 4 }));
    await write(`${"x".repeat(300)}\n`);
    await write(line(ping(5)));
    expect(written()).toEqual([
      { jsonrpc: "2.0", id: 4, error: { code: -32600, message: "The message is larger than 200 bytes." } },
    ]);
    expect(notes).toEqual(["The message is larger than 200 bytes. It was dropped."]);
    expect(messages).toEqual([ping(5)]);
  });

  test("the limit is 10 MB when nothing is said", async () => {
    const { messages, write, written } = await open();
    const sized = (bytes: number, id: number) => {
      const empty = JSON.stringify({ ...ping(id), params: { a: "" } });
      return line({ ...ping(id), params: { a: "x".repeat(bytes - empty.length) } });
    };
    await write(sized(10 * 1024 * 1024, 1));
    await write(sized(10 * 1024 * 1024 + 1, 2));
    expect(messages).toHaveLength(1);
    expect(written()).toMatchObject([{ id: 2, error: { code: -32600 } }]);
  });

  test("a receiver that throws doesn't stop the reading", async () => {
    const { transport, messages, write, written } = await open();
    const { onmessage } = transport;
    transport.onmessage = () => {
      transport.onmessage = onmessage;
      throw new Error("secret");
    };
    await write(line(ping(1)) + line(ping(2)));
    expect(written()).toEqual([
      { jsonrpc: "2.0", id: 1, error: { code: -32600, message: "The message couldn't be handled." } },
    ]);
    expect(messages).toEqual([ping(2)]);
  });
});

describe("closing", () => {
  test.each<[string, (streams: { input: PassThrough; output: PassThrough }) => unknown]>([
    ["the input ends", ({ input }) => input.end()],
    ["the input breaks", ({ input }) => input.destroy(new Error("EIO"))],
    [
      "the output breaks",
      ({ output }) => output.destroy(Object.assign(new Error("EPIPE"), { code: "EPIPE" })),
    ],
    ["both", ({ input, output }) => [input.destroy(new Error("EIO")), output.destroy(new Error("EPIPE"))]],
  ])("when %s it closes once, and sends and reads nothing more", async (_name, act) => {
    const { input, output, transport, messages, closes } = await open();
    act({ input, output });
    await expect.poll(closes).toBe(1);
    await transport.close();
    await transport.send({ jsonrpc: "2.0", method: "notifications/x" });
    expect(closes()).toBe(1);
    expect(messages).toEqual([]);
  });

  test("a whole line before the end is still read; a torn one isn't", async () => {
    const { input, messages, closes } = await open();
    input.end(`${line(ping(1))}{"jsonrpc":"2.0"`);
    await expect.poll(closes).toBe(1);
    expect(messages).toEqual([ping(1)]);
  });
});

test("each message is one line, whatever text it carries", async () => {
  const { transport, output } = await open();
  await transport.send({ jsonrpc: "2.0", id: 1, result: { text: "a\nb\u2028c" } });
  const text = String(output.read());
  expect(text.indexOf("\n")).toBe(text.length - 1);
  expect(JSON.parse(text)).toMatchObject({ result: { text: "a\nb\u2028c" } });
});

test("a message that can't be written as JSON rejects, and the next one is sent", async () => {
  const { transport, written } = await open();
  await expect(transport.send({ jsonrpc: "2.0", id: 1, result: { big: 1n } })).rejects.toThrow();
  await transport.send({ jsonrpc: "2.0", id: 2, result: {} });
  expect(written()).toEqual([{ jsonrpc: "2.0", id: 2, result: {} }]);
});

import { PassThrough, Writable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import type { Gate } from "../../src/hall/types.js";
import { type StdioOptions, serveStdio } from "../../src/mcp/index.js";
import { openStdioTransport } from "../../src/mcp/transport.js";
import { done, INITIALIZE, rawClient, scriptedGate, textOf, tool } from "./scripted.js";

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

async function serve(gate: Gate, more: Partial<StdioOptions> = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const happened: string[] = [];
  let written = "";
  const errors = new Writable({
    write(chunk, _encoding, callback) {
      written += chunk;
      callback();
    },
  });
  let exited = (_code: number) => {};
  const exit = new Promise<number>((resolve) => {
    exited = resolve;
  });
  const server = await serveStdio({
    gateFor: () => gate,
    version: "9.9.9",
    streams: { input, output, errors },
    onClose: () => void happened.push("closed"),
    exit: (code) => {
      happened.push(`exit ${code}`);
      exited(code);
    },
    ...more,
  });
  running.push(server);
  const near = openStdioTransport(output, input);
  const client = rawClient(near);
  await near.start();
  return { ...client, input, output, server, happened, exit, written: () => written };
}

const plainGate = () => scriptedGate([tool("plain")], () => done("ok"));

/** A gate whose call ends only after it was aborted and then let go. */
function lingering(happened: () => string[]) {
  let started = () => {};
  let letGo = () => {};
  const start = new Promise<void>((resolve) => {
    started = resolve;
  });
  const gate = scriptedGate(
    [tool("slow")],
    (_tool, _args, { signal }) =>
      new Promise((resolve) => {
        signal?.addEventListener("abort", () => {
          happened().push("aborted");
          letGo = () => {
            happened().push("receipt");
            resolve(done(null));
          };
        });
        started();
      }),
  );
  return { gate, start, letGo: () => letGo() };
}

test("serves a session over the streams", async () => {
  const { request } = await serve(plainGate());
  await request(1, "initialize", INITIALIZE);
  const { result } = await request(2, "tools/call", { name: "plain" });
  expect(textOf(result)).toBe('"ok"');
});

describe("the client goes away", () => {
  test("a call that runs is aborted, waited for, then onClose, then exit 0", async () => {
    let happened: string[] = [];
    const { gate, start, letGo } = lingering(() => happened);
    const session = await serve(gate);
    happened = session.happened;
    await session.request(1, "initialize", INITIALIZE);
    await session.send({ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "slow" } });
    await start;
    session.input.end();
    await expect.poll(() => happened).toEqual(["aborted"]);
    letGo();
    expect(await session.exit).toBe(0);
    expect(happened).toEqual(["aborted", "receipt", "closed", "exit 0"]);
    expect(session.received.map(({ id }) => id)).toEqual([1]);
  });

  test("a stdout that breaks is the same, without an error thrown anywhere", async () => {
    const { output, exit, happened } = await serve(plainGate());
    output.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    expect(await exit).toBe(0);
    expect(happened).toEqual(["closed", "exit 0"]);
  });

  test("everything at once still closes once", async () => {
    const { input, output, server, exit, happened } = await serve(plainGate());
    input.end();
    output.destroy(new Error("EPIPE"));
    await Promise.all([server.close(), server.close(), exit]);
    expect(happened).toEqual(["closed", "exit 0"]);
  });

  test("an onClose that fails is told on stderr and in the exit code", async () => {
    const session = await serve(plainGate(), { onClose: () => Promise.reject(new Error("disk full")) });
    session.input.end();
    expect(await session.exit).toBe(1);
    expect(session.written()).toBe("hall: closing failed: disk full\n");
  });
});

describe("stdout carries only JSON-RPC", () => {
  test("the console goes to stderr until the session ends", async () => {
    const original = console.log;
    const session = await serve(plainGate());
    console.log("one %s", "stray line");
    console.info("two");
    console.table([3]);
    expect(session.written()).toContain("one stray line\ntwo\n");
    expect(session.output.readableLength).toBe(0);
    expect(session.received).toEqual([]);
    await session.server.close();
    expect(console.log).toBe(original);
  });

  test("a bad line is one printable, bounded line on stderr", async () => {
    const { input, request, written } = await serve(plainGate());
    input.write("garbage\n");
    const response = { jsonrpc: "2.0", id: 77, result: { text: `\u001b[31m${"x".repeat(10_000)}` } };
    input.write(`${JSON.stringify(response)}\n`);
    await request(1, "initialize", INITIALIZE);
    const lines = written().trimEnd().split("\n");
    expect(lines[0]).toBe("hall: A line that isn't JSON in UTF-8 was dropped.");
    expect(lines).toHaveLength(2);
    expect(lines[1]?.length).toBeLessThan(310);
    expect(written()).not.toContain("\u001b");
  });

  test("an exception goes to onError where one is given", async () => {
    const told: string[] = [];
    const gate = scriptedGate([], () => Promise.reject(new Error("inner")));
    const { request, written } = await serve(gate, { onError: (error) => told.push(error.message) });
    await request(1, "initialize", INITIALIZE);
    expect((await request(2, "tools/call", { name: "t" })).error?.message).not.toContain("inner");
    expect(told).toEqual(["inner"]);
    expect(written()).toBe("");
  });
});

test("survives arguments 100,000 deep: what the gate does with them is the gate's answer", async () => {
  const gate = plainGate();
  const { input, answer, request } = await serve(gate);
  await request(1, "initialize", INITIALIZE);
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  input.write(
    `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"plain","arguments":{"a":${deep}}}}\n`,
  );
  expect(textOf((await answer(2)).result)).toBe('"ok"');
  expect(gate.calls).toHaveLength(1);
});

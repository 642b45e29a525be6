import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { jobOf, outputOf, runnerForTest, utf8 } from "./job.js";

let server: Server;
let port = 0;
let visits = 0;
beforeEach(async () => {
  visits = 0;
  server = createServer((socket) => {
    visits += 1;
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello");
    socket.destroySoon(); // the other end may stand still by then and never close
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const NONE = { secrets_access: [], network_egress: "none", filesystem_writes: [], tools: [] } as const;
const BROAD = { ...NONE, network_egress: "broad" } as const;

/** Each gets the port, and answers once it has an answer from there. */
const WAYS: readonly (readonly [string, string])[] = [
  ["fetch", "export default async ({ port }) => (await fetch('http://127.0.0.1:' + port)).text();"],
  [
    "the class of what it prints to",
    `export default ({ port }) => new Promise((resolve, reject) => {
      new process.stdout.constructor().on("error", reject).on("data", (d) => resolve(String(d).slice(-5))).connect(port, "127.0.0.1");
    });`,
  ],
  [
    "the dispatcher below fetch",
    `export default ({ port }) => new Promise((resolve, reject) => {
      new Response();
      let text = "";
      globalThis[Symbol.for("undici.globalDispatcher.1")].dispatch({ origin: "http://127.0.0.1:" + port, path: "/", method: "GET" }, {
        onConnect() {}, onHeaders: () => true, onData(d) { text += d; return true; }, onComplete() { resolve(text); }, onError: reject,
      });
    });`,
  ],
];

describe("a handler whose skill has no network", () => {
  test.each(WAYS)("doesn't get there by %s", async (_, source) => {
    const job = jobOf(source, { input: utf8(JSON.stringify({ port })), envelope: NONE });
    expect(await runnerForTest().run(job)).toMatchObject({ ok: false, code: "HANDLER_ERROR" });
    expect(visits).toBe(0);
  });

  test("finds no global to try with", async () => {
    const SOURCE =
      "export default () => [typeof fetch, typeof WebSocket, typeof EventSource, typeof XMLHttpRequest];";
    const kinds = Array.from({ length: 4 }, () => "undefined");
    expect(outputOf(await runnerForTest().run(jobOf(SOURCE)))).toEqual(kinds);
  });
});

describe("a handler whose skill may use the network", () => {
  test.each(WAYS)("gets there by %s", async (_, source) => {
    const job = jobOf(source, { input: utf8(JSON.stringify({ port })), envelope: BROAD });
    expect(outputOf(await runnerForTest().run(job))).toBe("hello");
    expect(visits).toBe(1);
  });

  test("has a process of its own beside one that may not", async () => {
    const runner = runnerForTest();
    const SOURCE = "export default () => typeof fetch;";
    expect(outputOf(await runner.run(jobOf(SOURCE, { envelope: BROAD })))).toBe("function");
    expect(outputOf(await runner.run(jobOf(SOURCE, { envelope: NONE })))).toBe("undefined");
  });
});

describe("every handler's process", () => {
  const GONE = ["kill", "_kill", "_debugProcess", "_debugEnd", "_getActiveHandles", "_getActiveRequests"];

  test("has nothing at hand that sends signals or hands out what others opened", async () => {
    const SOURCE = `export default () => ${JSON.stringify(GONE)}.map((name) => typeof process[name]);`;
    const kinds = outputOf(await runnerForTest().run(jobOf(SOURCE, { envelope: BROAD })));
    expect(kinds).toEqual(GONE.map(() => "undefined"));
  });

  test("still prints, exits, counts its memory and keeps time", async () => {
    const SOURCE = `export default () => new Promise((resolve) => process.stdout.write("printed\\n", () =>
      process.nextTick(() => resolve([typeof process.exit, process.memoryUsage().rss > 0, process.uptime() > 0, process.hrtime.bigint() > 0n]))));`;
    const lines: string[] = [];
    const result = await runnerForTest().run(jobOf(SOURCE, { onLog: (line) => lines.push(line) }));
    expect(outputOf(result)).toEqual(["function", true, true, true]);
    expect(lines).toEqual(["printed"]);
  });
});

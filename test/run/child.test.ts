import { readFileSync } from "node:fs";
import { url } from "node:inspector";
import { describe, expect, test, vi } from "vitest";
import type { FaultCode } from "../../src/protocol/outcome.js";
import { makeCall } from "../../src/run/call.js";
import { openChild } from "../../src/run/child.js";
import { findLauncher } from "../../src/run/launch.js";
import type { Job } from "../../src/run/types.js";
import { jobOf, outputOf, runnerForTest, utf8 } from "./job.js";

type Row = {
  readonly name: string;
  readonly source: string;
  readonly code: FaultCode;
  readonly detail?: RegExp;
  readonly limits?: Partial<Job["limits"]>;
};

const FS = `import * as fs from "node:fs";`;
/** Writes a frame to fd 4 as the boot does. */
const FORGE = `${FS}
  const forge = (header, payload) => {
    const body = Buffer.from(JSON.stringify(header) + "\\n" + payload);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    fs.writeSync(4, Buffer.concat([length, body]));
  };`;

const BROKEN: readonly Row[] = [
  {
    name: "throws an error",
    source: `export default () => { throw new Error("mine") }`,
    code: "HANDLER_ERROR",
    detail: /mine/,
  },
  {
    name: "throws a text",
    source: `export default () => { throw "mine" }`,
    code: "HANDLER_ERROR",
    detail: /string mine/,
  },
  {
    name: "throws null",
    source: "export default () => { throw null }",
    code: "HANDLER_ERROR",
    detail: /null/,
  },
  {
    name: "throws a symbol",
    source: "export default () => { throw Symbol('s') }",
    code: "HANDLER_ERROR",
    detail: /Symbol\(s\)/,
  },
  {
    name: "throws a hostile proxy",
    source: `export default () => { throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 }, ownKeys() { throw 3 } }) }`,
    code: "HANDLER_ERROR",
    detail: /can't be described/,
  },
  {
    name: "throws lone surrogates",
    source: `export default () => { throw new Error("\\ud800") }`,
    code: "HANDLER_ERROR",
    detail: /\ufffd/,
  },
  {
    name: "throws 1 MB",
    source: `export default () => { throw new Error("x".repeat(1e6)) }`,
    code: "HANDLER_ERROR",
    detail: /^.{1,2000}$/s,
  },
  {
    name: "rejects",
    source: `export default async () => { throw new Error("later") }`,
    code: "HANDLER_ERROR",
    detail: /later/,
  },
  { name: "doesn't parse", source: "export default (", code: "HANDLER_ERROR", detail: /SyntaxError/ },
  {
    name: "has no default export",
    source: "export const handler = 1",
    code: "HANDLER_ERROR",
    detail: /default export/,
  },
  { name: "is no text", source: "\ud800", code: "HANDLER_ERROR" },
  {
    name: "never settles",
    source: "export default () => new Promise(() => {})",
    code: "HANDLER_EXITED",
    detail: /never settles/,
  },
  {
    name: "never finishes loading",
    source: "await new Promise(() => {}); export default () => 1",
    code: "HANDLER_EXITED",
    detail: /never settles/,
  },
  { name: "exits", source: "export default () => process.exit(0)", code: "HANDLER_EXITED", detail: /code 0/ },
  {
    name: "exits with 3",
    source: "export default () => process.exit(3)",
    code: "HANDLER_EXITED",
    detail: /code 3/,
  },
  {
    name: "aborts",
    source: "export default () => process.abort()",
    code: "HANDLER_EXITED",
    detail: /SIGABRT/,
  },
  {
    name: "fails late, outside of its promise",
    source: `export default () => new Promise(() => { setTimeout(() => { throw new Error("late") }, 1); setTimeout(() => {}, 1e6) })`,
    code: "HANDLER_ERROR",
    detail: /late/,
  },
  {
    name: "leaves a rejection alone",
    source: `export default () => new Promise(() => { Promise.reject(new Error("alone")); setTimeout(() => {}, 1e6) })`,
    code: "HANDLER_ERROR",
    detail: /alone/,
  },
  {
    name: "loops",
    source: "export default () => { for (;;); }",
    code: "HANDLER_TIMEOUT",
    limits: { timeout_ms: 300 },
  },
  { name: "loops while it loads", source: "for (;;);", code: "HANDLER_TIMEOUT", limits: { timeout_ms: 300 } },
  {
    name: "waits too long",
    source: "export default () => new Promise((r) => setTimeout(r, 1e6))",
    code: "HANDLER_TIMEOUT",
    limits: { timeout_ms: 300 },
  },
  {
    name: "loops in a getter of its output",
    source: "export default () => ({ get x() { for (;;); } })",
    code: "HANDLER_TIMEOUT",
    limits: { timeout_ms: 300 },
  },
  {
    name: "fills the heap",
    source: "export default () => { const all = []; for (;;) all.push(new Array(1000).fill(all.length)); }",
    code: "HANDLER_EXITED",
    detail: /ran out of memory/,
    limits: { memory_mb: 32 },
  },
  {
    name: "returns undefined",
    source: "export default () => {}",
    code: "OUTPUT_INVALID",
    detail: /undefined/,
  },
  {
    name: "returns a function",
    source: "export default () => () => {}",
    code: "OUTPUT_INVALID",
    detail: /function/,
  },
  {
    name: "returns a cycle",
    source: "export default () => { const a = []; a.push(a); return a }",
    code: "OUTPUT_INVALID",
    detail: /circular/,
  },
  {
    name: "returns a BigInt",
    source: "export default () => ({ n: 1n })",
    code: "OUTPUT_INVALID",
    detail: /BigInt/,
  },
  {
    name: "returns a toJSON that throws",
    source: "export default () => ({ toJSON() { throw 1 } })",
    code: "OUTPUT_INVALID",
  },
  {
    name: "returns 100,000 levels",
    source: "export default () => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a }",
    code: "OUTPUT_INVALID",
  },
  {
    name: "returns more than its limit",
    source: `export default () => "x".repeat(100)`,
    code: "OUTPUT_TOO_LARGE",
    limits: { output_bytes: 101 },
  },
  {
    name: "returns 100 MB",
    source: `export default () => "x".repeat(1e8)`,
    code: "OUTPUT_TOO_LARGE",
    limits: { memory_mb: 1_000 },
  },
  {
    name: "writes 100 MB to the answer's pipe",
    source: `${FORGE} export default () => { forge({ t: "done", id: 1 }, "1".repeat(1e8)); }`,
    code: "OUTPUT_TOO_LARGE",
    limits: { memory_mb: 1_000 },
  },
  {
    name: "writes a forged answer over its limit",
    source: `${FORGE} export default () => { forge({ t: "done", id: 1 }, "1".repeat(1000)); }`,
    code: "OUTPUT_TOO_LARGE",
    limits: { output_bytes: 999 },
  },
  {
    name: "writes noise to the answer's pipe",
    source: `${FS} export default () => { fs.writeSync(4, "\\x00\\x00\\x00\\x05hello"); }`,
    code: "OUTPUT_INVALID",
  },
  {
    name: "answers another call",
    source: `${FORGE} export default () => { forge({ t: "done", id: 7 }, "1"); }`,
    code: "OUTPUT_INVALID",
  },
  {
    name: "answers with a code of the Hall's",
    source: `${FORGE} export default () => { forge({ t: "failed", id: 1, code: "CANCELLED" }, ""); }`,
    code: "OUTPUT_INVALID",
  },
  {
    name: "prints 20 MB",
    source: `${FS} export default () => { for (let i = 0; i < 20; i++) fs.writeSync(1, "x".repeat(1e6)); }`,
    code: "OUTPUT_TOO_LARGE",
  },
  {
    name: "logs without end",
    source: `export default (_, { log }) => { for (;;) log("x".repeat(1e3)); }`,
    code: "OUTPUT_TOO_LARGE",
  },
  {
    name: "reports without end",
    source: "export default (_, { progress }) => { for (;;) progress(1); }",
    code: "OUTPUT_TOO_LARGE",
  },
  {
    name: "reports nonsense",
    source: `export default (_, { progress }) => progress("much")`,
    code: "HANDLER_ERROR",
    detail: /finite number/,
  },
];

describe("a handler that", () => {
  test.each(BROKEN)(
    "$name fails with $code, and the next call runs",
    async ({ source, code, detail, limits }) => {
      const runner = runnerForTest();
      const handlers = new Map([
        ["tool", source === "\ud800" ? Uint8Array.of(0xff) : utf8(source)],
        ["well", utf8(`export default () => "well"`)],
      ]);
      const job = jobOf(source, { handlers, ...(limits === undefined ? {} : { limits }) });
      const result = await runner.run(job);
      expect(result).toMatchObject({ ok: false, code });
      if (!result.ok) {
        expect(result.detail).toMatch(detail ?? /./);
        expect(result.detail.isWellFormed()).toBe(true);
        expect(result.detail.length).toBeLessThanOrEqual(2_000);
      }
      expect(outputOf(await runner.run({ ...job, tool: "well" }))).toBe("well");
    },
  );

  test.runIf(process.platform === "linux")("fills memory outside the heap is stopped", async () => {
    const SOURCE = `
      export default async () => {
        const all = [];
        for (let i = 0; i < 40; i++) { all.push(Buffer.alloc(3e7, 1)); await new Promise((r) => setTimeout(r, 40)); }
        return all.length;
      };`;
    const result = await runnerForTest().run(jobOf(SOURCE, { limits: { memory_mb: 32 } }));
    expect(result).toMatchObject({
      ok: false,
      code: "HANDLER_EXITED",
      detail: expect.stringContaining("MiB of memory"),
    });
  });

  test("prints 1 MB keeps its answer, and its log is cut", async () => {
    const lines: string[] = [];
    const SOURCE = `
      export default () => {
        for (let i = 0; i < 5_000; i++) { console.log("x".repeat(99)); console.error("y".repeat(99)); }
        return "answered";
      };`;
    const result = await runnerForTest().run(jobOf(SOURCE, { onLog: (line) => lines.push(line) }));
    expect(outputOf(result)).toBe("answered");
    expect(lines.join("").length).toBeLessThan(70_000);
    expect(lines.at(-1)).toContain("more was logged");
  });

  test("patches the language doesn't change how it is answered", async () => {
    const SOURCE = `
      JSON.stringify = JSON.parse = () => "patched";
      Object.prototype.toJSON = () => "patched";
      Buffer.from = Buffer.concat = () => { throw 1 };
      process.exit = process.reallyExit = () => { throw 2 };
      export default (input) => ({ __proto__: null, input: input.a });`;
    expect(outputOf(await runnerForTest().run(jobOf(SOURCE, { input: utf8('{"a":"real"}') })))).toEqual({
      input: "real",
    });
  });

  test("forges its own answer is believed once, like any output, and its process gets no further call", async () => {
    const SOURCE = `${FORGE} export default () => { forge({ t: "done", id: 1 }, process.pid); return 0; };`;
    const runner = runnerForTest();
    const pid = outputOf(await runner.run(jobOf(SOURCE)));
    const second = await runner.run(jobOf(SOURCE)); // stopped midway when it came before the true answer to the first
    if (second.ok) expect(outputOf(second)).not.toBe(pid);
    else expect(second.code).toBe("OUTPUT_INVALID");
  });

  test("is ended by somebody else's signal fails, and the detail names the signal", async () => {
    const WAITS = `export default (_, { log }) => { log(process.pid); return new Promise((r) => setTimeout(r, 1e6)); }`;
    const onLog = (line: string) => void process.kill(Number(line), "SIGTERM");
    expect(await runnerForTest().run(jobOf(WAITS, { onLog }))).toMatchObject({
      code: "HANDLER_EXITED",
      detail: expect.stringContaining("SIGTERM"),
    });
  });
});

describe("a handler can't", () => {
  const attempts: readonly (readonly [string, string])[] = [
    ["read /etc/passwd", `${FS} export default () => fs.readFileSync("/etc/passwd", "utf8")`],
    ["list a directory", `${FS} export default () => fs.readdirSync("/")`],
    ["write a file", `${FS} export default () => fs.writeFileSync("/tmp/hall-test-out", "x")`],
    [
      "read the Hall's environment",
      `${FS} export default () => fs.readFileSync("/proc/" + process.ppid + "/environ", "utf8")`,
    ],
    ["import node:child_process", `import { spawn } from "node:child_process"; export default () => 1`],
    ["import node:net", `import net from "node:net"; export default () => 1`],
    ["import a bare name", `import x from "fs"; export default () => 1`],
    ["import a file", `import x from "/etc/passwd"; export default () => 1`],
    ["import a URL", `import x from "data:text/javascript,export default 1"; export default () => 1`],
    ["import while it runs", `export default () => import("node:fs").then(Object.keys)`],
    ["evaluate text", `export default () => eval("1")`],
    ["make a function of text", `export default () => new Function("return 1")()`],
    ["reach builtins as globals", "export default () => net.isIP('::1')"],
    ["ask the process for builtins", `export default () => process.getBuiltinModule("net").isIP("::1")`],
    ["bind internals", `export default () => Object.keys(process.binding("fs"))`],
    ["load an addon", `export default () => process.dlopen({ exports: {} }, "/tmp/x.node")`],
  ];

  test.each(attempts)("%s", async (_, source) => {
    expect(await runnerForTest().run(jobOf(source))).toMatchObject({ ok: false, code: "HANDLER_ERROR" });
  });

  test("see anything of the Hall's environment, arguments or directory", async () => {
    process.env["HALL_TEST_SECRET"] = "seen";
    const SOURCE =
      "export default () => ({ env: { ...process.env }, cwd: process.cwd(), argv: process.argv.length, stdin: process.stdin.isTTY ?? false })";
    const seen = outputOf(await runnerForTest().run(jobOf(SOURCE)));
    expect(seen).toEqual({ env: {}, cwd: "/", argv: 1, stdin: false });
  });

  test("open the Hall's inspector, even with a SIGUSR1 that it found a way to send", async () => {
    const SOURCE = "export default () => new Promise((r) => setTimeout(() => r(1), 200));";
    const running = runnerForTest().run(jobOf(SOURCE));
    process.kill(process.pid, "SIGUSR1");
    expect(outputOf(await running)).toBe(1);
    expect(url()).toBeUndefined();
  });
});

describe("what a handler leaves behind", () => {
  const PRINTS = `${FS} export default () => { setInterval(() => fs.writeSync(1, "x".repeat(1e6)), 1); return process.pid; };`;
  const stateOf = (pid: number) => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];

  test("stands still until the next call", async ({ skip }) => {
    if ((await findLauncher()).length === 0) skip("no setpriv with --pdeathsig here: see launch.ts");
    const runner = runnerForTest();
    const SOURCE = `let ticks = 0; setInterval(() => ticks++, 1);
      export default async ({ wait }) => {
        const before = ticks;
        while (wait && ticks === before) await new Promise((r) => setTimeout(r, 1));
        return process.pid;
      };`;
    for (const wait of [false, true]) {
      const input = utf8(JSON.stringify({ wait }));
      const pid = outputOf(await runner.run(jobOf(SOURCE, { input }))) as number;
      await vi.waitFor(() => expect(stateOf(pid)).toBe("T"), { timeout: 30_000, interval: 5 });
    }
  });

  test("ends its process by printing too much, where that can't be stopped", async () => {
    const child = await openChild({
      command: [process.execPath],
      memory_mb: 128,
      data_dir: null,
      writes: false,
      network: false,
      graceMs: 250,
      onChange: () => {},
    });
    await child.ready;
    const { call, ended } = makeCall(jobOf(PRINTS), Date.now);
    child.start(call, utf8(PRINTS));
    const ending = await ended;
    const pid = ending.ok ? Number(Buffer.from(ending.output).toString()) : 0;
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), {
      timeout: 30_000,
      interval: 20,
    });
    expect(child.fit).toBe(false);
  });
});

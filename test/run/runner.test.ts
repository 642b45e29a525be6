import { describe, expect, test, vi } from "vitest";
import { openRunner } from "../../src/run/runner.js";
import { jobOf, outputOf, runnerForTest, utf8 } from "./job.js";

/** Tells processes apart, and counts calls within one. */
const COUNTER = `let calls = 0; export default () => ({ pid: process.pid, calls: ++calls });`;
type Count = { pid: number; calls: number };

/** Polls until the process is gone. */
function gone(pid: number): Promise<void> {
  return vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), {
    timeout: 30_000,
    interval: 20,
  });
}

describe("what a handler gets", () => {
  test("its input and its context", async () => {
    const SOURCE = `
      export default async (input, context) => {
        let refusal = "";
        try { await context.call("other", {}); } catch (error) { refusal = error.message; }
        const { signal, data_dir, secrets, caller } = context;
        return { input, members: Object.keys(context).sort(), aborted: signal.aborted, data_dir, secrets, caller, refusal };
      };`;
    const job = jobOf(SOURCE, { input: utf8('{"a":[1,"é"]}'), caller: { agent: "mcp:test" } });
    expect(outputOf(await runnerForTest().run(job))).toEqual({
      input: { a: [1, "é"] },
      members: ["call", "caller", "data_dir", "elicit", "log", "progress", "sample", "secrets", "signal"],
      aborted: false,
      data_dir: null,
      secrets: {},
      caller: { agent: "mcp:test" },
      refusal: expect.stringContaining("isn't available"),
    });
  });

  test("progress and log lines reach the caller, printed ones too", async () => {
    const SOURCE = `
      export default (_, { log, progress }) => {
        log("logged"); console.log("printed"); console.error("complained");
        progress(1); progress({ progress: 2, total: 4, message: "half" });
        return null;
      };`;
    const lines: string[] = [];
    const reports: unknown[] = [];
    const job = jobOf(SOURCE, { onLog: (line) => lines.push(line), onProgress: (p) => reports.push(p) });
    expect(outputOf(await runnerForTest().run(job))).toBeNull();
    expect(lines.sort()).toEqual(["complained", "logged", "printed"]);
    expect(reports).toEqual([{ progress: 1 }, { progress: 2, total: 4, message: "half" }]);
  });

  test("all that a call prints is its own, to the last line", async () => {
    const SOURCE = `export default () => { for (let i = 0; i < 2_000; i++) console.log("line " + i); return null; };`;
    const runner = runnerForTest();
    for (let call = 0; call < 3; call++) {
      const lines: string[] = [];
      await runner.run(jobOf(SOURCE, { onLog: (line) => lines.push(line) }));
      expect(lines).toEqual(Array.from({ length: 2_000 }, (_, i) => `line ${i}`));
    }
  });

  test("a listener that throws doesn't touch the call", async () => {
    const onLog = () => {
      throw new Error("mine");
    };
    const SOURCE = `export default (_, { log }) => { log("x"); return "fine"; };`;
    expect(outputOf(await runnerForTest().run(jobOf(SOURCE, { onLog })))).toBe("fine");
  });

  test("times come from the clock that was handed in", async () => {
    let now = 1_000;
    const clock = () => now++;
    const result = await runnerForTest({ clock }).run(jobOf("export default () => 1"));
    expect(result.started_at).toBeLessThan(result.ended_at);
    expect(result.ended_at).toBeLessThan(1_100);
  });
});

describe("one warm child for each artifact, tenant and env", () => {
  test("is used again", async () => {
    const runner = runnerForTest();
    const first = outputOf(await runner.run(jobOf(COUNTER))) as Count;
    const second = outputOf(await runner.run(jobOf(COUNTER))) as Count;
    expect(second).toEqual({ pid: first.pid, calls: 2 });
  });

  test("is never shared", async () => {
    const runner = runnerForTest();
    const jobs = [
      jobOf(COUNTER),
      jobOf(COUNTER, { tenant_id: "other" }),
      jobOf(COUNTER, { env: "stage" }),
      jobOf(COUNTER, { artifact_digest: "other" }),
    ];
    const counts = await Promise.all(jobs.map(async (job) => outputOf(await runner.run(job)) as Count));
    expect(new Set(counts.map(({ pid }) => pid)).size).toBe(4);
    expect(counts.map(({ calls }) => calls)).toEqual([1, 1, 1, 1]);
  });

  test("holds all tools of its artifact, each loaded when first called", async () => {
    const runner = runnerForTest();
    const handlers = new Map([
      ["good", utf8("export default () => process.pid")],
      ["bad", utf8("export default (")],
    ]);
    const good = await runner.run(jobOf("", { handlers, tool: "good" }));
    expect(await runner.run(jobOf("", { handlers, tool: "bad" }))).toMatchObject({
      ok: false,
      code: "HANDLER_ERROR",
    });
    expect(outputOf(await runner.run(jobOf("", { handlers, tool: "good" })))).toBe(outputOf(good));
    const missing = await runner.run(jobOf("", { handlers, tool: "missing" }));
    expect(missing).toMatchObject({
      ok: false,
      code: "RUNNER_UNAVAILABLE",
      detail: expect.stringContaining("missing"),
    });
  });

  test("other bytes under the same digest never enter the same process", async () => {
    const runner = runnerForTest();
    const first = jobOf("export default () => ['first', process.pid]");
    const [, pid] = outputOf(await runner.run(first)) as [string, number];
    const swapped = {
      ...first,
      handlers: new Map([["tool", utf8("export default () => ['second', process.pid]")]]),
    };
    const [said, other] = outputOf(await runner.run(swapped)) as [string, number];
    expect(said).toBe("second");
    expect(other).not.toBe(pid);
  });

  test("is gone when idle, and a new one takes the next call", async () => {
    const runner = runnerForTest({ idleMs: 50 });
    const { pid } = outputOf(await runner.run(jobOf(COUNTER))) as Count;
    await gone(pid);
    expect(outputOf(await runner.run(jobOf(COUNTER)))).toMatchObject({ calls: 1 });
  });

  test("is swapped when it died", async () => {
    const runner = runnerForTest();
    const { pid } = outputOf(await runner.run(jobOf(COUNTER))) as Count;
    process.kill(pid, "SIGKILL");
    await gone(pid);
    expect(outputOf(await runner.run(jobOf(COUNTER)))).toMatchObject({ calls: 1 });
  });
});

describe("a call that runs alone", () => {
  const TOOLS = new Map([
    ["tool", utf8(COUNTER)],
    ["patch", utf8("import fs from 'node:fs'; fs.patched = true; export default () => process.pid;")],
    [
      "approved",
      utf8(
        "import fs from 'node:fs'; export default () => ({ pid: process.pid, patched: fs.patched ?? false });",
      ),
    ],
  ]);
  const job = jobOf("", { handlers: TOOLS });

  test("gets a process that no other tool has run in, and that ends with it", async () => {
    const runner = runnerForTest();
    const warm = outputOf(await runner.run({ ...job, tool: "patch" }));
    expect(outputOf(await runner.run({ ...job, tool: "approved" }))).toEqual({ pid: warm, patched: true });
    const alone = outputOf(await runner.run({ ...job, tool: "approved", alone: true })) as { pid: number };
    expect(alone).toMatchObject({ patched: false });
    expect(alone.pid).not.toBe(warm);
    await gone(alone.pid);
    expect(outputOf(await runner.run(job))).toMatchObject({ calls: 1 });
  });

  test("has no company, whatever the limits say, and those behind it still run", async () => {
    const runner = runnerForTest();
    const each = { ...job, limits: { ...job.limits, concurrency: 8 } };
    const jobs = [each, { ...each, alone: true }, { ...each, alone: true }, each, each];
    const counts = await Promise.all(jobs.map(async (one) => outputOf(await runner.run(one)) as Count));
    expect(counts.map(({ calls }) => calls)).toEqual([1, 1, 1, 1, 2]);
    expect(new Set(counts.map(({ pid }) => pid)).size).toBe(4);
  });

  test("takes a new process after the one that a call before it gave up on", async () => {
    const runner = runnerForTest();
    const stop = new AbortController();
    const first = runner.run({ ...job, alone: true, signal: stop.signal });
    const second = runner.run({ ...job, alone: true });
    stop.abort();
    expect(await first).toMatchObject({ code: "CANCELLED" });
    expect(outputOf(await second)).toMatchObject({ calls: 1 });
  });
});

describe("after a change of standing", () => {
  test("the idle child of what may not stay is gone, and the others stay warm", async () => {
    const runner = runnerForTest();
    const pidOf = async (tenant_id: string) =>
      outputOf(await runner.run(jobOf(COUNTER, { tenant_id }))) as Count;
    const revoked = await pidOf("revoked");
    await pidOf("other");
    const asked: unknown[] = [];
    runner.retain((lane) => {
      asked.push(lane);
      return lane.tenant_id !== "revoked";
    });
    const { artifact_digest, env } = jobOf(COUNTER);
    expect(asked).toEqual([
      { artifact_digest, tenant_id: "revoked", env },
      { artifact_digest, tenant_id: "other", env },
    ]);
    await gone(revoked.pid);
    expect(await pidOf("other")).toMatchObject({ calls: 2 });
    expect(await pidOf("revoked")).toMatchObject({ calls: 1 });
  });

  test("what can't be asked about is gone", async () => {
    const runner = runnerForTest();
    const { pid } = outputOf(await runner.run(jobOf(COUNTER))) as Count;
    runner.retain(() => {
      throw new Error("mine");
    });
    await gone(pid);
  });

  test("a child that is busy finishes its call, and goes with it", async () => {
    const runner = runnerForTest();
    const SLOW =
      "export default (_, { log }) => { log('begun'); return new Promise((r) => setTimeout(() => r(process.pid), 50)); };";
    const onLog = () => runner.retain(() => false);
    await gone(outputOf(await runner.run(jobOf(SLOW, { onLog }))) as number);
  });
});

describe("several calls", () => {
  const OVERLAP = `
    let now = 0, most = 0;
    export default async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now--;
      return most;
    };`;

  test("run one at a time unless the limits say more", async () => {
    const runner = runnerForTest();
    const most = async (concurrency: number) => {
      const jobs = Array.from({ length: 6 }, () =>
        jobOf(OVERLAP, { limits: { concurrency }, tenant_id: `t${concurrency}` }),
      );
      const results = await Promise.all(jobs.map((job) => runner.run(job)));
      return Math.max(...results.map((result) => outputOf(result) as number));
    };
    expect(await most(1)).toBe(1);
    expect(await most(3)).toBe(3);
  });

  test("one that must be stopped takes its company along, and those who wait still run", async () => {
    const SOURCE = `export default ({ stay }) => stay ? new Promise((r) => setTimeout(r, 1e6)) : "ran";`;
    const limits = { concurrency: 2, timeout_ms: 1_000 };
    const runner = runnerForTest();
    const stay = (timeout_ms: number) =>
      jobOf(SOURCE, { input: utf8('{"stay":true}'), limits: { ...limits, timeout_ms } });
    const results = await Promise.all([
      runner.run(stay(1_000)),
      runner.run(stay(1_000_000)),
      runner.run(jobOf(SOURCE, { limits: { concurrency: 2 } })),
    ]);
    expect(results).toMatchObject([{ code: "HANDLER_TIMEOUT" }, { code: "HANDLER_EXITED" }, { ok: true }]);
  });

  test("a queue has an end", async () => {
    const runner = runnerForTest();
    const stops = Array.from({ length: 300 }, () => new AbortController());
    const WAIT = `export default (_, { signal }) => new Promise((r) => { setTimeout(r, 1e6); signal.onabort = () => r(1); });`;
    const runs = stops.map(({ signal }) => runner.run(jobOf(WAIT, { signal })));
    const last = await runs.at(-1);
    expect(last).toMatchObject({ ok: false, code: "RUNNER_UNAVAILABLE" });
    for (const stop of stops) stop.abort();
    const codes = new Set((await Promise.all(runs)).map((result) => (result.ok ? "ok" : result.code)));
    expect(codes).toEqual(new Set(["CANCELLED", "RUNNER_UNAVAILABLE"]));
  });
});

describe("cancellation", () => {
  const LISTENS = `
    export default (_, { signal, log }) => new Promise((resolve) => {
      const timer = setTimeout(() => {}, 1e6);
      signal.addEventListener("abort", () => { clearTimeout(timer); log("noticed"); resolve(1); });
      log("waiting " + process.pid);
    });`;

  /** Runs the source, aborts once it has logged, and returns how it ended, what it logged and its process. */
  async function abortWhileRunning(source: string, reason: unknown, graceMs = 30_000) {
    const runner = runnerForTest({ graceMs });
    const stop = new AbortController();
    const lines: string[] = [];
    const onLog = (line: string) => {
      lines.push(line);
      if (line.startsWith("waiting")) stop.abort(reason);
    };
    const result = await runner.run(jobOf(source, { signal: stop.signal, onLog }));
    return { runner, result, lines, pid: Number(lines[0]?.split(" ")[1]) };
  }

  test("reaches the handler, which may stop by itself", async () => {
    const { result, lines } = await abortWhileRunning(LISTENS, undefined);
    expect(result).toMatchObject({ ok: false, code: "CANCELLED" });
    expect(lines).toContain("noticed");
  });

  test("kills a handler that doesn't listen", async () => {
    const DEAF = `export default (_, { log }) => { log("waiting " + process.pid); for (;;); };`;
    const { result, pid } = await abortWhileRunning(DEAF, undefined, 50);
    expect(result).toMatchObject({ ok: false, code: "CANCELLED" });
    await gone(pid);
  });

  test("by a revoke has its own code and leaves no process", async () => {
    const { result, pid } = await abortWhileRunning(LISTENS, "REVOKED_IN_FLIGHT");
    expect(result).toMatchObject({ ok: false, code: "REVOKED_IN_FLIGHT" });
    await gone(pid);
  });

  test("before the call, or while it waits, keeps it from running", async () => {
    const runner = runnerForTest();
    const lines: string[] = [];
    const SOURCE = `export default ({ name }, { log }) => { log(name); return new Promise((r) => setTimeout(r, 300)); };`;
    const onLog = (line: string) => lines.push(line);
    const named = (name: string, signal: AbortSignal) =>
      jobOf(SOURCE, { input: utf8(JSON.stringify({ name })), onLog, signal });
    const stop = new AbortController();
    const first = runner.run(named("first", new AbortController().signal));
    const waiting = runner.run(named("waiting", stop.signal));
    stop.abort();
    expect(await waiting).toMatchObject({ ok: false, code: "CANCELLED" });
    expect(await runner.run(named("late", AbortSignal.abort("REVOKED_IN_FLIGHT")))).toMatchObject({
      code: "REVOKED_IN_FLIGHT",
    });
    await first;
    expect(lines).toEqual(["first"]);
  });
});

describe("opening and closing", () => {
  test("close ends what runs and what waits, and every process", async () => {
    const runner = openRunner();
    let pid = 0;
    const started = new Promise<void>((resolve) => {
      const onLog = (line: string) => {
        pid = Number(line);
        resolve();
      };
      const BUSY = `export default (_, { log }) => { log(process.pid); for (;;); };`;
      results.push(runner.run(jobOf(BUSY, { onLog })), runner.run(jobOf(BUSY)));
    });
    await started;
    await runner.close();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(await Promise.all(results)).toMatchObject([{ code: "CANCELLED" }, { code: "RUNNER_UNAVAILABLE" }]);
    expect(await runner.run(jobOf("export default () => 1"))).toMatchObject({ code: "RUNNER_UNAVAILABLE" });
    await runner.close();
  });
  const results: Promise<unknown>[] = [];

  test("listens for SIGUSR1 and exit only while open", async () => {
    const before = [process.listenerCount("SIGUSR1"), process.listenerCount("exit")];
    const runner = openRunner();
    expect(process.listenerCount("SIGUSR1")).toBe((before[0] ?? 0) + 1);
    await runner.close();
    expect([process.listenerCount("SIGUSR1"), process.listenerCount("exit")]).toEqual(before);
  });

  test("a program that can't be started is RUNNER_UNAVAILABLE", async () => {
    const canary = async () => ["kill", "tcp"] as const;
    for (const program of ["/nowhere/node", "/bin/false"]) {
      const result = await runnerForTest({ program, canary }).run(jobOf("export default () => 1"));
      expect(result).toMatchObject({ ok: false, code: "RUNNER_UNAVAILABLE" });
    }
  });
});

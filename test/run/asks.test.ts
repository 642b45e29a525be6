import { describe, expect, test } from "vitest";
import type { Ask, AskAnswer, LogLine } from "../../src/protocol/ask.js";
import { MAX_ASKS } from "../../src/run/asks.js";
import { jobOf, outputOf, runnerForTest } from "./job.js";

const accept = async (): Promise<AskAnswer> => ({ answer: "accept", value: { action: "accept" } });

describe("what a handler asks of its caller", () => {
  test("reaches whoever answers, and the answer reaches the handler", async () => {
    const asked: Ask[] = [];
    const SOURCE = `
      export default async (_, { elicit, sample }) => {
        const person = await elicit({ message: "Who?", schema: { type: "object" } });
        const model = await sample({ messages: [], maxTokens: 5 });
        return [person, model];
      };`;
    const onAsk = async (ask: Ask): Promise<AskAnswer> => {
      asked.push(ask);
      return { answer: "answered", value: { number: asked.length } };
    };
    const result = await runnerForTest().run(jobOf(SOURCE, { onAsk }));
    expect(outputOf(result)).toEqual([{ number: 1 }, { number: 2 }]);
    expect(asked).toEqual([
      { kind: "elicit", params: { message: "Who?", schema: { type: "object" } } },
      { kind: "sample", params: { messages: [], maxTokens: 5 } },
    ]);
  });

  test("a handler that waits for a slow person isn't taken for stuck, and one that waits for nothing still is", async () => {
    const slow = jobOf(`export default (_, { elicit }) => elicit({ message: "?", schema: {} });`, {
      onAsk: () => new Promise((resolve) => setTimeout(() => resolve(accept()), 200)),
    });
    expect(await runnerForTest().run(slow)).toMatchObject({ ok: true });
    const stuck = jobOf(
      `export default async (_, { elicit }) => { await elicit({ message: "?", schema: {} }); return new Promise(() => {}); };`,
      { onAsk: accept },
    );
    const result = await runnerForTest().run(stuck);
    expect(result).toMatchObject({
      code: "HANDLER_EXITED",
      detail: expect.stringContaining("never settles"),
    });
  });

  test.each([
    ["nobody can be asked", {}],
    ["asking fails", { onAsk: () => Promise.reject(new Error("secret path")) }],
    [
      "the answer is too large",
      { onAsk: async () => ({ answer: "accept" as const, value: { a: "x".repeat(2 ** 20) } }) },
    ],
  ])("%s: the handler is told so and goes on", async (_, how) => {
    const SOURCE = `export default async (_, { elicit, sample }) =>
      [await elicit({ message: "?", schema: {} }), await sample({})];`;
    const output = outputOf(await runnerForTest().run(jobOf(SOURCE, how)));
    expect(output).toEqual([
      { action: "unavailable", reason: expect.any(String) },
      { error: expect.any(String) },
    ]);
    expect(JSON.stringify(output)).not.toContain("secret");
  });

  test("too many questions, and one that is too long, are refused in the handler", async () => {
    let asked = 0;
    const SOURCE = `export default async (_, { sample }) => {
      const refusals = [];
      await sample({ text: "x".repeat(70_000) }).catch((error) => refusals.push(error.message));
      for (let i = 0; i < ${MAX_ASKS + 1}; i++) await sample({}).catch((error) => refusals.push(error.message));
      return refusals;
    };`;
    const onAsk = async () => {
      asked += 1;
      return accept();
    };
    const output = outputOf(await runnerForTest().run(jobOf(SOURCE, { onAsk })));
    expect(output).toEqual([expect.stringContaining("bytes"), `a call may ask ${MAX_ASKS} times`]);
    expect(asked).toBe(MAX_ASKS);
  });

  test("a cancelled call lets go of whoever is asked", async () => {
    const cancel = new AbortController();
    let letGo = false;
    const onAsk = (_: Ask, signal: AbortSignal) => {
      cancel.abort();
      return new Promise<AskAnswer>((_resolve, reject) => {
        letGo = signal.aborted;
        signal.addEventListener("abort", () => {
          letGo = true;
          reject(new Error("let go"));
        });
      });
    };
    const SOURCE = `export default async (_, { elicit }) => elicit({ message: "?", schema: {} });`;
    const result = await runnerForTest().run(jobOf(SOURCE, { onAsk, signal: cancel.signal }));
    expect(result).toMatchObject({ ok: false, code: "CANCELLED" });
    expect(letGo).toBe(true);
  });
});

test("what is logged on purpose has a level; what is printed is no such line", async () => {
  const lines: LogLine[] = [];
  const SOURCE = `export default (_, { log }) => {
    log("plain"); log("bad", "error"); console.log("printed");
    try { log("odd", "loud"); } catch (error) { return error.message; }
  };`;
  const result = await runnerForTest().run(jobOf(SOURCE, { onLine: (line) => lines.push(line) }));
  expect(outputOf(result)).toContain("debug, info");
  expect(lines).toEqual([
    { level: "info", text: "plain" },
    { level: "error", text: "bad" },
  ]);
});

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ElicitRequestSchema, type ElicitResult, type Progress } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, expect, test, vi } from "vitest";
import { connect, done, question, scriptedGate, textOf, tool } from "./scripted.js";

afterEach(() => {
  vi.useRealTimers();
});

test("while a person is waited for the client hears of it, and the handler's own reports still count", async () => {
  vi.useFakeTimers();
  const gate = scriptedGate([tool("slow")], async (_tool, _args, { onHold, onProgress }) => {
    const answer = await onHold?.(question);
    for (const progress of [1, 2]) onProgress?.({ progress });
    return done(answer ?? null);
  });
  const client = new Client({ name: "slow", version: "1" }, { capabilities: { elicitation: {} } });
  let answer = (_result: ElicitResult) => {};
  client.setRequestHandler(ElicitRequestSchema, () => new Promise((resolve) => (answer = resolve)));
  await connect(gate, { client });
  const heard: Progress[] = [];
  const call = client.callTool({ name: "slow" }, undefined, {
    onprogress: (progress) => void heard.push(progress),
    resetTimeoutOnProgress: true,
  });
  await vi.advanceTimersByTimeAsync(90_000); // the client alone would have given up after 60 s
  expect(heard.length).toBe(6);
  expect(heard[0]?.message).toBe("Waiting for a person's answer");
  answer({ action: "accept", content: { run: true } });
  expect(textOf(await call)).toBe('"confirmed"');
  expect(heard.at(-1)).toEqual({ progress: 2 });
  await vi.advanceTimersByTimeAsync(90_000);
  expect(heard.at(-1)).toEqual({ progress: 2 });
});

import { describe, expect, test } from "vitest";
import { governedTools } from "../../../adapters/vercel-ai/index.js";
import { streamed } from "../../../adapters/vercel-ai/progress.js";
import { openScene } from "./scene.js";
import { SDKS } from "./sdks.js";

describe("a streamed call", () => {
  test("tells what it hears in order, then its value", async () => {
    const told = streamed(async (onProgress) => {
      onProgress({ progress: 1 });
      await Promise.resolve();
      onProgress({ progress: 2, message: "half" });
      return "done";
    });
    const values: unknown[] = [];
    for await (const value of told) values.push(value);
    expect(values).toEqual([
      { hall: { outcome: "running", progress: 1 } },
      { hall: { outcome: "running", progress: 2, message: "half" } },
      "done",
    ]);
  });

  test("throws what the call throws, and nothing unhandled", async () => {
    const told = streamed(() => Promise.reject(new Error("broken")));
    await expect(told.next()).rejects.toThrow("broken");
  });
});

test.each(SDKS)("$name shows progress as preliminary results, and the output at the end", async (sdk) => {
  const scene = await openScene();
  const tools = await governedTools(scene.gate, { progress: true });
  const messages = [{ role: "user", content: "Count." }];
  const turns = [[{ id: "c1", tool: "counts", input: {} }], "three"] as const;
  const told = await sdk.ways.streamText({ tools, messages, turns });
  const results = told.parts.filter(({ type }) => type === "tool-result");
  expect(results.filter(({ preliminary }) => preliminary === true).slice(0, 3)).toMatchObject(
    [1, 2, 3].map((progress) => ({ output: { hall: { outcome: "running", progress, total: 3 } } })),
  );
  expect(results.filter(({ preliminary }) => preliminary !== true)).toMatchObject([
    { output: { counted: 3 } },
  ]);
  expect(scene.runs("counts")).toBe(1);
  await scene.hall.close();
});

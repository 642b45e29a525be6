import { isStepCount, type ModelMessage, ToolLoopAgent, tool } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { expect, test } from "vitest";
import { z } from "zod";
import * as entry from "../../../adapters/vercel-ai/index.js";
import { openScene } from "./scene.js";

test("the entry has these names", () => {
  expect(Object.keys(entry).sort()).toEqual([
    "governTools",
    "governedTools",
    "isRefusal",
    "isShownOutput",
    "recordRefusals",
    "toolApproval",
  ]);
});

test.each([
  [undefined, "undefined"],
  [null, "null"],
  [{}, "object"],
])("what is no gate is the program's mistake", async (none, given) => {
  const gate = none as never;
  const mistake = new TypeError(
    `gate: expected a gate, as hall.gate({ agent: "NAME" }) gives it, not ${given}`,
  );
  await expect(entry.governedTools(gate)).rejects.toThrow(mistake);
  await expect(entry.governTools(gate, {}, { capability: "cap.weather.read" })).rejects.toThrow(mistake);
  expect(() => entry.toolApproval(gate)).toThrow(mistake);
});

test("what it gives fits the SDK's own types", async () => {
  const { gate, hall } = await openScene();
  const weather = tool({
    description: "The weather.",
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => `rain in ${city}`,
  });
  const tools = {
    ...(await entry.governedTools(gate)),
    ...(await entry.governTools(gate, { weather }, { capability: "cap.weather.read" })),
  };
  const toolApproval = entry.toolApproval(gate);
  const agent = new ToolLoopAgent({
    model: new MockLanguageModelV4(),
    tools,
    toolApproval,
    stopWhen: isStepCount(3),
  });
  const messages: ModelMessage[] = [{ role: "user", content: "Please." }];
  await entry.recordRefusals(agent.tools, messages);
  expect(agent.tools).toBe(tools);
  await hall.close();
});

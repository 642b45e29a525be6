import { afterAll, expect, test } from "vitest";
import { governedTools } from "../../../adapters/openai/index.js";
import { openTestHall } from "../../../src/testing/index.js";
import { NOTES } from "../../hall/memoryHall.js";

const { gate, hall } = await openTestHall({ skills: [NOTES] });
afterAll(() => hall.close());

test("a caller's tools, in the words of both APIs", async () => {
  const responses = await governedTools(gate());
  const chat = await governedTools(gate(), { api: "chat" });
  expect(responses.map(({ name }) => name)).toEqual((await gate().tools()).map(({ name }) => name));
  expect(responses[0]).toEqual({
    type: "function",
    name: "search_notes",
    description: expect.stringMatching(/\w/),
    parameters: expect.objectContaining({ type: "object", additionalProperties: false }),
    strict: false, // it bounds the length of a text
  });
  expect(chat).toEqual(responses.map(({ type, ...rest }) => ({ type, function: rest })));
  await expect(governedTools(gate(), { api: "assistants" as "chat" })).rejects.toThrow("api: expected");
});

test.each([
  [undefined, "undefined"],
  [null, "null"],
  [hall, "object"],
])("what is no gate is the program's mistake", async (gate, given) => {
  await expect(governedTools(gate as never)).rejects.toThrow(
    new TypeError(`gate: expected a gate, as hall.gate({ agent: "NAME" }) gives it, not ${given}`),
  );
});

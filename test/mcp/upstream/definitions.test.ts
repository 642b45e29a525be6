import { describe, expect, test } from "vitest";
import { describeTools, readTools } from "../../../src/mcp/upstream/definitions.js";

const TOOL = { name: "t", inputSchema: { type: "object" } };

/** A client whose server answers each tools/list with the next of these. */
function pages(...answers: readonly object[]) {
  const asked: unknown[] = [];
  const client = {
    request: async ({ params }: { params: unknown }) => {
      asked.push(params);
      return answers[Math.min(asked.length, answers.length) - 1];
    },
  };
  return { client: client as never, asked };
}

describe("a server's tools", () => {
  test("are those of all its pages", async () => {
    const { client, asked } = pages(
      { tools: [TOOL], nextCursor: "a" },
      { tools: [{ ...TOOL, name: "u" }], nextCursor: "b" },
      { tools: [{ ...TOOL, name: "v" }] },
    );
    expect([...(await describeTools(client)).tools.keys()]).toEqual(["t", "u", "v"]);
    expect(asked).toEqual([{}, { cursor: "a" }, { cursor: "b" }]);
  });

  test.each([
    ["pages that go in a circle", [{ tools: [TOOL], nextCursor: "a" }]],
    ["a cursor that is none", [{ tools: [TOOL], nextCursor: 7 }]],
    ["no tools", [{}]],
    ["more than anybody can look at", [{ tools: Array(2_001).fill(TOOL) }]],
  ])("aren't had from %s", async (_what, answers) => {
    await expect(describeTools(pages(...answers).client)).rejects.toMatchObject({ code: "BAD_ANSWER" });
  });

  test("are read whole: absent members as null, unknown hints kept, what isn't a definition's left", () => {
    const tool = { ...TOOL, annotations: { odd: 1 }, _meta: { a: 1 }, icons: [] };
    expect(readTools([tool]).tools.get("t")).toEqual({
      annotations: { odd: 1 },
      description: null,
      input_schema: { type: "object" },
      name: "t",
      output_schema: null,
      title: null,
    });
  });

  test("that can't be read are told apart, each with its reason", () => {
    const { tools, unusable } = readTools([
      TOOL,
      TOOL,
      TOOL,
      null,
      { name: 5 },
      { ...TOOL, name: "x", title: 1 },
    ]);
    expect([...tools.keys()]).toEqual([]);
    expect(unusable.map(({ name }) => name)).toEqual(["t", "t", "(without a name)", "(without a name)", "x"]);
    expect(unusable.every(({ why }) => why.length > 0)).toBe(true);
  });
});

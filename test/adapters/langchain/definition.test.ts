import { tool } from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { z as z3 } from "zod3";
import { definitionOf, type HostTool, isHostTool } from "../../../adapters/langchain/definition.js";
import { definitionDigest } from "../../../src/protocol/foreign.js";

const made = (schema: unknown, more: object = {}): HostTool =>
  tool(() => "", {
    name: "send",
    description: "Send.",
    schema: schema as never,
    ...more,
  }) as unknown as HostTool;

const SCHEMA = {
  type: "object",
  properties: { to: { type: "string", minLength: 1 }, cc: { type: "array", items: { type: "string" } } },
  required: ["to"],
  additionalProperties: false,
};

describe("the definition of a host's tool", () => {
  test("is the same for one schema in zod 4, zod 3 and JSON Schema", () => {
    const zod4 = made(z.object({ to: z.string().min(1), cc: z.array(z.string()).optional() }));
    const zod3 = made(z3.object({ to: z3.string().min(1), cc: z3.array(z3.string()).optional() }));
    const raw = made({ $schema: "http://json-schema.org/draft-07/schema#", ...SCHEMA });
    const digests = [zod4, zod3, raw].map((it) => definitionDigest(definitionOf(it)));
    expect(new Set(digests).size).toBe(1);
    expect(definitionOf(raw)).toEqual({
      name: "send",
      description: "Send.",
      title: null,
      input_schema: SCHEMA,
      output_schema: null,
      annotations: null,
    });
  });

  test.each([
    ["the name", { name: "sent" }, SCHEMA],
    ["the description", { description: "Send.\u200b" }, SCHEMA],
    ["an MCP server's hints", { metadata: { annotations: { readOnlyHint: true } } }, SCHEMA],
    ["a bound", {}, { ...SCHEMA, properties: { to: { type: "string", minLength: 2 } } }],
    [
      "a default",
      {},
      { ...SCHEMA, properties: { ...SCHEMA.properties, to: { type: "string", default: "eve" } } },
    ],
    ["a nested dialect", {}, { ...SCHEMA, properties: { to: { $schema: "x" } } }],
  ])("is another one with another %s", (_what, more, schema) => {
    const digest = definitionDigest(definitionOf(made(SCHEMA)));
    expect(definitionDigest(definitionOf(made(schema, more)))).not.toBe(digest);
  });

  test("can't be told of a schema that JSON can't express", () => {
    expect(() => definitionOf(made(z.object({ when: z.date() })))).toThrow();
  });

  test("is that of something to be invoked", () => {
    expect(isHostTool(made(SCHEMA))).toBe(true);
    for (const none of [undefined, null, "send", { type: "web_search" }, { name: "send" }, { invoke() {} }]) {
      expect(isHostTool(none)).toBe(false);
    }
  });
});

import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import * as mini from "zod/mini";
import { z as z3 } from "zod3";
import { content } from "../../src/skill/content.js";
import type { Context } from "../../src/skill/context.js";
import { defineSkill, defineTool } from "../../src/skill/defineSkill.js";

const about = { name: "t", description: "T.", capability: "cap.test.t" } as const;

test("zod 4: the handler gets what comes out of the schema, an example is what goes in", () => {
  const tool = defineTool({
    ...about,
    input_schema: z.object({ n: z.int().default(6), text: z.string().transform((text) => text.length) }),
    output_schema: z.object({ sum: z.number().default(0) }),
    handler(input, context) {
      expectTypeOf(input).toEqualTypeOf<{ n: number; text: number }>();
      expectTypeOf(context).toEqualTypeOf<Context>();
      return { sum: input.n };
    },
    examples: [{ name: "one", input: { text: "a" }, output: { sum: 6 } }],
  });
  expectTypeOf(tool.handler).returns.toEqualTypeOf<
    { readonly sum?: number | undefined } | Promise<{ readonly sum?: number | undefined }>
  >();
  defineTool({
    ...about,
    input_schema: z.object({}),
    output_schema: z.object({ n: z.int() }),
    // @ts-expect-error an output that the schema doesn't have
    handler: () => "",
  });
});

test("zod/mini and zod 3", () => {
  defineTool({
    ...about,
    input_schema: mini.object({ n: mini.optional(mini.number()) }),
    handler: (input) => {
      expectTypeOf(input).toEqualTypeOf<{ n?: number | undefined }>();
      return null;
    },
  });
  defineTool({
    ...about,
    input_schema: z3.object({
      n: z3.number().default(1),
      day: z3.string().transform((day) => new Date(day)),
    }),
    output_schema: z3.object({ ok: z3.boolean() }),
    handler: async (input) => {
      expectTypeOf(input).toEqualTypeOf<{ n: number; day: Date }>();
      return { ok: true };
    },
    examples: [{ name: "one", input: { day: "2026-01-01" }, output: { ok: true } }],
  });
});

test("what is read-only may be answered", () => {
  const hits: readonly string[] = ["a"];
  defineTool({
    ...about,
    input_schema: z.object({}),
    output_schema: z.object({ hits: z.array(z.string()) }),
    handler: () => ({ hits }) as const,
  });
});

test("JSON Schema, written out", () => {
  defineTool({
    ...about,
    input_schema: {
      type: "object",
      properties: {
        query: { type: "string", minLength: 1 },
        limit: { type: ["integer", "null"] },
        kind: { enum: ["a", "b"] },
        tags: { type: "array", items: { type: "string" } },
        either: { anyOf: [{ type: "boolean" }, { const: "both" }] },
      },
      required: ["query", "tags"],
    },
    output_schema: { type: "object", properties: { hits: { type: "integer" } }, required: ["hits"] },
    handler(input) {
      expectTypeOf(input).toEqualTypeOf<{
        readonly query: string;
        readonly tags: readonly string[];
        readonly limit?: number | null;
        readonly kind?: "a" | "b";
        readonly either?: boolean | "both";
      }>();
      return { hits: 1 };
    },
  });
});

test("a tool that answers content", () => {
  defineTool({
    ...about,
    input_schema: { type: "object" },
    output: "content",
    handler: () => content("Hello"),
  });
  defineTool({
    ...about,
    input_schema: { type: "object" },
    output_schema: z.object({ n: z.number() }),
    output: "content",
    handler: () => content(["Hello"], { n: 1 }),
  });
  defineTool({
    ...about,
    input_schema: { type: "object" },
    output: "content",
    // @ts-expect-error blocks are wanted
    handler: () => "Hello",
  });
});

test("both hand on what they are given", () => {
  const tool = { ...about, input_schema: { type: "object" }, handler: () => null } as const;
  expect(defineTool(tool)).toBe(tool);
  const skill = { name: "s", tools: [tool] } as unknown as Parameters<typeof defineSkill>[0];
  expect(defineSkill(skill)).toBe(skill);
});

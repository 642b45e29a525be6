import fc from "fast-check";
import { expect, expectTypeOf, test } from "vitest";
import { HANDLER, SKILL_ENTRY } from "../../src/build/supplied.js";
import { type ContentBlock as Checked, ContentOutputSchema } from "../../src/protocol/content.js";
import * as typed from "../../src/skill/index.js";

const load = (text: string) => import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(text)}`);

const block = fc.oneof(
  fc.string(),
  fc.record({ type: fc.constant("text" as const), text: fc.string() }),
  fc.uint8Array().map((bytes) => typed.image(bytes, "image/png")),
);

test("blocks in any spelling are what the protocol takes, with structured only where it is given", () => {
  fc.assert(
    fc.property(fc.array(block), fc.option(fc.jsonValue(), { nil: undefined }), (blocks, structured) => {
      const answer = typed.content(blocks, structured);
      expect(ContentOutputSchema.safeParse(answer).success).toBe(true);
      expect("structured" in answer).toBe(structured !== undefined);
    }),
  );
  expect(typed.content("Hello")).toEqual({ content: [{ type: "text", text: "Hello" }] });
  expect(typed.content(typed.link("file:///a", "a", { size: 1 }))).toEqual({
    content: [{ type: "resource_link", uri: "file:///a", name: "a", size: 1 }],
  });
});

test("the module that skills are built with does what this one says", async () => {
  const supplied = await load(SKILL_ENTRY);
  expect(Object.keys(supplied).sort()).toEqual(Object.keys(typed).sort());
  fc.assert(
    fc.property(
      fc.oneof(block, fc.array(block)),
      fc.option(fc.jsonValue(), { nil: undefined }),
      fc.uint8Array(),
      (blocks, structured, bytes) => {
        expect(supplied.content(blocks, structured)).toEqual(typed.content(blocks, structured));
        expect(supplied.image(bytes, "image/png")).toEqual(typed.image(bytes, "image/png"));
        expect(supplied.audio("AAAA", "audio/wav")).toEqual(typed.audio("AAAA", "audio/wav"));
        expect(supplied.link("u:1", "one")).toEqual(typed.link("u:1", "one"));
      },
    ),
  );
  const tool = {};
  expect([supplied.defineTool(tool), supplied.defineSkill(tool)]).toEqual([tool, tool]);
});

test("blocks are those of the protocol", () => {
  expectTypeOf<Checked>().toExtend<typed.ContentBlock>();
});

test("a handler's schemas parse what goes in and out, and tell places without values", async () => {
  const { handlerOf } = await load(HANDLER);
  const { z } = await import("zod");
  const tool = {
    name: "t",
    input_schema: z.object({ n: z.number().refine((n) => n % 2 === 0), text: z.string().default("x") }),
    output_schema: z.object({ n: z.number().max(10) }),
    handler: ({ n, text }: { n: number; text: string }) => ({ n: n * text.length, more: true }),
  };
  const handler = handlerOf({ tools: [tool] }, "t");
  expect(await handler({ n: 2 })).toEqual({ n: 2 });
  await expect(handler({ n: 3 })).rejects.toThrow("the input doesn't fit the skill's own schema: n (custom)");
  await expect(handler({ n: 4, text: "secret" })).rejects.toThrow(
    /^the output doesn't fit .*: n \(too_big\)$/,
  );
  const shown = handlerOf(
    { tools: [{ ...tool, output: "content", handler: () => typed.content("Hi", { n: 1, more: 1 }) }] },
    "t",
  );
  expect(await shown({ n: 2 })).toEqual({ content: [typed.text("Hi")], structured: { n: 1 } });
});

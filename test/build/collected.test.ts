import { describe, expect, test } from "vitest";
import { readArtifact } from "../../src/build/artifact.js";
import { buildSkill } from "../../src/build/buildSkill.js";
import type { Collect } from "../../src/build/collected.js";
import { CHECKED_FORMATS } from "../../src/build/collector.js";
import { BuildError, type BuildProblem } from "../../src/build/problem.js";
import { checkManifest } from "../../src/compile/checkManifest.js";
import { compileSkill } from "../../src/compile/compileSkill.js";
import { FORMATS } from "../../src/compile/keywords.js";
import { collectContained } from "../../src/lifecycle/collectSkill.js";
import { codeFirst, skillModule, toolText } from "./codeFirst.js";

const build = (dir: string, collect: Collect = collectContained) =>
  buildSkill(dir, { compile: { checkManifest, compileSkill }, hallVersion: "0.1.0", collect });

async function problemsOf(dir: string, collect?: Collect): Promise<readonly BuildProblem[]> {
  const error: unknown = await build(dir, collect).catch((thrown: unknown) => thrown);
  if (error instanceof BuildError) return error.problems;
  throw new Error(`it was built: ${error}`);
}

const Z4 = 'import { z } from "zod";';
const MINI = 'import * as z from "zod/mini";';
const Z3 = 'import { z } from "zod3";';

test("formats that zod may name are those that the compiler takes", () => {
  expect(CHECKED_FORMATS).toEqual(FORMATS);
});

describe("zod becomes JSON Schema", () => {
  /** The input schema's properties, and the output schema. */
  const schemasOf = async (head: string, pkg: "zod" | "zod3", input: string, output = "") => {
    const more = `${output === "" ? "" : `output_schema: ${output}, `}handler: () => ({})`;
    const { manifest } = await build(codeFirst(skillModule(toolText(input, more), head), [pkg]));
    const [tool] = manifest.tools;
    return { input: tool?.input_schema, output: tool?.output_schema };
  };

  test("zod 4: the input as callers send it, the output as it leaves", async () => {
    const both = 'z.object({ n: z.int().min(2).default(6), text: z.string().optional() }).describe("About")';
    const { input, output } = await schemasOf(Z4, "zod", both, both);
    const properties = {
      n: { type: "integer", minimum: 2, maximum: 9007199254740991, default: 6 },
      text: { type: "string" },
    };
    const closed = { type: "object", description: "About", properties, additionalProperties: false };
    expect(input).toEqual(closed);
    expect(output).toEqual({ ...closed, required: ["n"] });
  });

  test("zod 4: what it says twice, or under names of its own, is said once and as JSON Schema has it", async () => {
    const { input } = await schemasOf(
      Z4,
      "zod",
      "z.object({ mail: z.email(), when: z.iso.datetime(), id: z.cuid2(), url: z.url(), b: z.base64(), " +
        "text: z.string().trim().min(1).transform((text) => text.length), pair: z.tuple([z.string(), z.number()]) })",
    );
    expect(input?.["properties"]).toEqual({
      mail: { type: "string", format: "email" },
      when: { type: "string", format: "date-time" },
      id: { type: "string", pattern: expect.any(String) },
      url: { type: "string", format: "uri" },
      b: { type: "string", pattern: expect.any(String) },
      text: { type: "string", minLength: 1 },
      pair: {
        type: "array",
        prefixItems: [{ type: "string" }, { type: "number" }],
        items: false,
        minItems: 2,
        maxItems: 2,
      },
    });
  });

  test("zod/mini, and a schema that meets itself", async () => {
    const tree =
      "(() => { const Tree = z.object({ get left() { return z.optional(Tree); } }); return z.object({ Tree }); })()";
    const { input } = await schemasOf(MINI, "zod", tree);
    expect(input?.["$defs"]).toEqual({
      __schema0: {
        type: "object",
        properties: { left: { $ref: "#/$defs/__schema0" } },
        additionalProperties: false,
      },
    });
  });

  test("zod 3: the same, with tuples and flags in today's spelling", async () => {
    const { input, output } = await schemasOf(
      Z3,
      "zod3",
      "(() => { const one = z.object({ x: z.string().max(3) }); return z.object({ a: one, b: one.optional(), " +
        "n: z.number().int().default(6), pair: z.tuple([z.string(), z.number()]), word: z.string().regex(/^ab$/i), " +
        "mail: z.string().email(), text: z.string().transform((text) => text.length) }); })()",
      "z.object({ sum: z.number() })",
    );
    const one = {
      type: "object",
      properties: { x: { type: "string", maxLength: 3 } },
      required: ["x"],
      additionalProperties: false,
    };
    expect(input).toMatchObject({
      properties: {
        a: one,
        b: one,
        n: { type: "integer", default: 6 },
        pair: {
          type: "array",
          prefixItems: [{ type: "string" }, { type: "number" }],
          minItems: 2,
          maxItems: 2,
        },
        word: { type: "string", pattern: "^[aA][bB]$" },
        mail: { type: "string", format: "email" },
        text: { type: "string" },
      },
      required: ["a", "pair", "word", "mail", "text"],
      additionalProperties: false,
    });
    expect(output).toMatchObject({ properties: { sum: { type: "number" } }, required: ["sum"] });
  });

  test("zod 3 of before it had zod 4 in it", async () => {
    const more = "handler: () => ({})";
    const module = skillModule(toolText("z.object({ a: z.string() })", more), Z4);
    const files = {
      "node_modules/zod/package.json": '{"name":"zod","version":"3.22.0","main":"index.js"}',
      "node_modules/zod/index.js": 'export * from "zod3";',
    };
    const { manifest } = await build(codeFirst(module, ["zod3"], files));
    expect(manifest.tools[0]?.input_schema).toMatchObject({ properties: { a: { type: "string" } } });
  });

  test("JSON Schema stays as it is", async () => {
    const schema = "{ type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }";
    const { manifest } = await build(codeFirst(skillModule(toolText(schema))));
    expect(manifest.tools[0]?.input_schema).toEqual({
      type: "object",
      properties: { a: { type: "string" } },
      required: ["a"],
      additionalProperties: false,
    });
  });
});

describe("what JSON Schema can't say is a problem, each with its place", () => {
  const bad = {
    a: "z.date()",
    b: "z.array(z.bigint())",
    c: "z.map(z.string(), z.string())",
    d: "z.set(z.string())",
    e: "z.undefined()",
  };
  const members = (more: object) =>
    Object.entries({ ...bad, ...more })
      .map(([name, text]) => `${name}: ${text}`)
      .join(", ");
  const placesOf = (problems: readonly BuildProblem[]) =>
    problems.map(({ path }) => path?.replace("tools[0].input_schema.properties.", ""));

  test("zod 4", async () => {
    const text = members({
      f: "z.custom()",
      g: "z.instanceof(Date)",
      h: "z.literal(1n)",
      i: "z.string().regex(/a/i)",
    });
    const problems = await problemsOf(codeFirst(skillModule(toolText(`z.object({ ${text} })`), Z4), ["zod"]));
    expect(placesOf(problems)).toEqual(["a", "b.items", "c", "d", "e", "f", "g", "h", "i"]);
    expect(problems[0]).toEqual({
      file: "skill.ts",
      path: "tools[0].input_schema.properties.a",
      message: "is a date, which JSON Schema can't say",
      remedy: expect.stringContaining("z.iso.datetime()"),
    });
  });

  test("zod 3", async () => {
    const text = members({
      r: "(() => { const r = z.lazy(() => z.object({ r: r.optional() })); return r; })()",
    });
    const problems = await problemsOf(
      codeFirst(skillModule(toolText(`z.object({ ${text} })`), Z3), ["zod3"]),
    );
    expect(placesOf(problems)).toEqual(["a", "b.items", "c", "d", "e", "r.properties.r"]);
  });

  test.each([
    [Z4, "zod"],
    [Z3, "zod3"],
  ] as const)("a transform of the output: %s", async (head, pkg) => {
    const output =
      "output_schema: z.object({ n: z.string().transform((text) => text.length) }), handler: () => ({ n: '' })";
    const problems = await problemsOf(codeFirst(skillModule(toolText("z.object({})", output), head), [pkg]));
    expect(problems).toMatchObject([
      { path: "tools[0].output_schema.properties.n", message: expect.stringContaining("transform") },
    ]);
  });

  test.each([
    [Z4, "zod"],
    [Z3, "zod3"],
  ] as const)("a refinement is a warning: the handler's parse still holds it: %s", async (head, pkg) => {
    const input = "z.object({ n: z.number().refine((n) => n % 2 === 0) })";
    const { warnings } = await build(codeFirst(skillModule(toolText(input), head), [pkg]));
    expect(warnings).toContainEqual({
      file: "skill.ts",
      path: "tools[0].input_schema.properties.n",
      message: expect.stringContaining("refinement"),
      remedy: expect.any(String),
    });
  });

  test("schemas of an unknown make or version", async () => {
    const tools = [
      "{ _zod: { version: { major: 5 }, def: {} } }",
      "{ '~standard': { vendor: 'other', version: 1 } }",
      "Object.assign(() => true, { toJSON: 1 })",
      "{ ...z.object({}), _zod: { ...z.object({})._zod, version: { major: 4, minor: 0, patch: 1 } } }",
    ].map((schema) => toolText(schema));
    const problems = await problemsOf(codeFirst(skillModule(tools.join(","), Z4), ["zod"]));
    expect(
      problems.filter(({ path }) => path?.endsWith("input_schema")).map(({ message }) => message),
    ).toEqual([
      "is a schema of zod 5, which this Hall doesn't know",
      "is a schema of a library that this Hall doesn't know",
      "is a schema of a library that this Hall doesn't know",
      expect.stringMatching(/^was made by zod 4\.0\.1, not by the skill's own 4\./),
    ]);
  });
});

describe("what a module defines is checked like any manifest", () => {
  test("with the problems of both, each once", async () => {
    const tools = `${toolText("{ type: 'object', properties: { a: { type: 'text' } } }")}, { ...${toolText("{ type: 'object' }", "handler: 'src/a.ts'")}, name: "B" }`;
    const dir = codeFirst(
      skillModule(tools, "", 'version: "1", made: new Date(0), limits: { timeout_ms: NaN },'),
    );
    const problems = await problemsOf(dir);
    expect(problems.map(({ path }) => path).sort()).toEqual(
      expect.arrayContaining([
        "limits.timeout_ms",
        "made",
        "tools[0].input_schema.properties.a.type",
        "tools[1].handler",
        "version",
      ]),
    );
  });

  test.each([
    ["no default export", "export const skill = {};", /no default export/, /defineSkill/],
    ["another default export", "export default 42;", /isn't a skill/, /defineSkill/],
    ["a syntax error", "export default {", /Expected identifier/, /./],
    ["a module of the builder's own", 'import "hall:handler"; export default {};', /isn't found/, /./],
    ["an import that a handler may not use", 'import "node:net"; export default {};', /node:net/, /./],
  ])("%s", async (_, module, message, remedy) => {
    expect(await problemsOf(codeFirst(module))).toMatchObject([
      { file: "skill.ts", message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) },
    ]);
  });

  test("nothing of what the child says is believed or shown raw", async () => {
    const answer =
      (value: unknown): Collect =>
      async () => ({
        ok: true,
        output: Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
      });
    const dir = codeFirst(skillModule(toolText("{ type: 'object' }")));
    for (const value of ["", "nonsense", "[]", "null", "{}", '{"manifest":"\\ud800"}'])
      expect(await problemsOf(dir, answer(value))).toMatchObject([
        { message: "what it defines can't be read" },
      ]);
    const note = { path: ["a\u001b[2J"], message: "\u001b[31mred\u202e", remedy: 7 };
    const problems = await problemsOf(dir, answer({ manifest: null, problems: Array(500).fill(note) }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ message: "\u{FFFD}[31mred\u{FFFD}", remedy: "" });
    expect(problems[0]?.path).not.toContain("\u001b");
    const lies = {
      manifest: { tools: [{ name: "../../x", handler: "/etc/passwd" }] },
      problems: [],
      warnings: [],
    };
    expect((await problemsOf(dir, answer(lies))).map(({ path }) => path)).toEqual(
      expect.arrayContaining(["tools[0].name", "tools[0].handler", "namespace"]),
    );
  });

  test("without a way to run it, it isn't built", async () => {
    const dir = codeFirst(skillModule(toolText("{ type: 'object' }")));
    await expect(
      buildSkill(dir, { compile: { checkManifest, compileSkill }, hallVersion: "0.1.0" }),
    ).rejects.toThrow(/have to be run, contained/);
  });
});

test("same module, same bytes, wherever it lies; zod is among the inputs only where it is used", async () => {
  const module = skillModule(toolText("{ type: 'object' }"));
  const [one, two] = [await build(codeFirst(module)), await build(codeFirst(module, ["zod"]))];
  expect(two.artifact_digest).toBe(one.artifact_digest);
  expect(readArtifact(one.artifact).inputs.map(({ path }) => path)).toEqual(["skill.ts"]);
  const zod = skillModule(toolText("z.object({})"), Z4);
  const [three, four] = [await build(codeFirst(zod, ["zod"])), await build(codeFirst(zod, ["zod"]))];
  expect(four.artifact_digest).toBe(three.artifact_digest);
});

test("a skill.yaml goes before a skill.ts, and that is said", async () => {
  const { manifest } = await build(codeFirst(skillModule(toolText("{ type: 'object' }"))));
  const yaml = JSON.stringify({
    ...manifest,
    tools: manifest.tools.map((tool) => ({ ...tool, handler: "a.js" })),
  });
  const files = { "skill.yaml": yaml, "a.js": "export default () => ({})" };
  const { warnings } = await build(codeFirst("export default () => ({})", [], files));
  expect(warnings).toContainEqual({
    file: "skill.ts",
    message: expect.stringContaining("skill.yaml"),
    remedy: "Remove one of the two",
  });
});

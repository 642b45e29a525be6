import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readArtifact } from "../../src/build/artifact.js";
import { buildSkillAt, compileAndBuild } from "../../src/lifecycle/buildSkillAt.js";
import { certifySkill } from "../../src/lifecycle/certifySkill.js";
import { devSkill } from "../../src/lifecycle/devSkill.js";
import { installSkill } from "../../src/lifecycle/installSkill.js";
import { publishSkill } from "../../src/lifecycle/publishSkill.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { codeFirst, skillModule, toolText } from "../build/codeFirst.js";
import { directoryOf } from "../build/skillDirectory.js";
import { failure, homeOf, type TestWorkshop } from "../lifecycle/project.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** skills/csv in a project, after `npm install`. */
function csv(ws: TestWorkshop): string {
  const dir = join(ws.cwd, "csv");
  cpSync(join(root, "skills", "csv"), dir, {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  mkdirSync(join(dir, "node_modules"), { recursive: true });
  cpSync(join(root, "node_modules", "zod"), join(dir, "node_modules", "zod"), { recursive: true });
  return dir;
}

describe("a skill in code goes the way of every skill", () => {
  test("built, certified, published, installed, allowed and run, with content blocks and zod's defaults", async () => {
    const ws = await homeOf();
    const dir = csv(ws);
    const built = await buildSkillAt(ws, { dir });
    expect(built.tools).toEqual(["describe_csv", "query_csv"]);
    expect(built.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining("aren't in the WCP catalogue"),
    ]);
    const { artifact_digest } = await certifySkill(ws, { dir });
    expect(artifact_digest).toBe(built.artifact_digest);
    await publishSkill(ws, { dir });
    await installSkill(ws, { id: "org.acme/csv", allow: true });
    const input = { csv: "a,b\n1,x\n2,y\n", sort: { column: "a", descending: true } };
    expect(await runTool(ws, { tool: "query_csv", input })).toMatchObject({
      kind: "done",
      content: [{ type: "text", text: "| a | b |\n| --- | --- |\n| 2 | y |\n| 1 | x |" }],
      output: {
        total: 2,
        columns: ["a", "b"],
        rows: [
          ["2", "y"],
          ["1", "x"],
        ],
      },
    });
    expect(await runTool(ws, { tool: "query_csv", input: { csv: "a", limit: 0 } })).toMatchObject({
      kind: "denied",
      denial: { code: "DENY_INVALID_INPUT" },
    });
  }, 120_000);

  test("hall dev builds it again on a save, and a broken save keeps what was installed", async () => {
    const ws = await homeOf();
    const dir = codeFirst(skillModule(toolText("{ type: 'object' }", EXAMPLE("1"))));
    const stop = new AbortController();
    const saves: unknown[] = [];
    await devSkill(ws, {
      dir,
      signal: stop.signal,
      onSaved(saved) {
        saves.push(saved.ok ? saved.tools : saved.error.code);
        const file = join(dir, "skill.ts");
        if (saves.length === 1) writeFileSync(file, "throw new Error('no'); export default 1;");
        else if (saves.length === 2)
          writeFileSync(file, skillModule(toolText("{ type: 'object' }", EXAMPLE("2"))));
        else stop.abort();
      },
    });
    expect(saves).toEqual([["throw_dice"], "BUILD_FAILED", ["throw_dice"]]);
    expect(await runTool(ws, { tool: "throw_dice", input: {} })).toMatchObject({
      kind: "done",
      output: { n: 2 },
    });
  }, 120_000);

  test("a refinement that no schema says is held by the handler", async () => {
    const ws = await homeOf();
    const input = "z.object({ n: z.number().refine((n) => n % 2 === 0) })";
    const more =
      "handler: ({ n }) => ({ n }), examples: [{ name: 'two', input: { n: 2 }, output: { n: 2 } }]";
    const dir = codeFirst(skillModule(toolText(input, more), 'import { z } from "zod";'), ["zod"]);
    await devSkill(ws, { dir, signal: new AbortController().signal, onSaved: () => {}, once: true });
    expect(await runTool(ws, { tool: "throw_dice", input: { n: 4 } })).toMatchObject({ kind: "done" });
    const odd = await runTool(ws, { tool: "throw_dice", input: { n: 3 } });
    expect(odd).toMatchObject({ kind: "failed", fault: { code: "HANDLER_ERROR" } });
  }, 60_000);
});

const EXAMPLE = (n: string) =>
  `handler: () => ({ n: ${n} }), examples: [{ name: "one", input: {}, output: { n: ${n} } }]`;

test("a module whose definition changes from run to run isn't certified", async () => {
  const ws = await homeOf();
  const tool = toolText("{ type: 'object' }", EXAMPLE("1")).replace(
    '"Throw."',
    "String(process.hrtime.bigint())",
  );
  expect(await failure(certifySkill(ws, { dir: codeFirst(skillModule(tool)) }))).toMatchObject({
    code: "NOT_REPRODUCIBLE",
  });
}, 60_000);

test("code and YAML that say the same give the same skill.json, whatever they say", async () => {
  const text = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(..."abcXYZ 0'\"\\-é{}") });
  const schema = fc.record({
    type: fc.constant("object"),
    properties: fc.dictionary(
      fc.constantFrom("a", "b", "c"),
      fc.oneof(
        fc.record({ type: fc.constant("string"), maxLength: fc.nat(9), description: text }),
        fc.record({ type: fc.constant("integer"), minimum: fc.integer() }),
        fc.record({ type: fc.constant("array"), items: fc.constant({ type: "boolean" }) }),
      ),
    ),
  });
  const tools = fc
    .array(
      fc.record(
        {
          description: text,
          input_schema: schema,
          output_schema: schema,
          output: fc.constant("content" as const),
        },
        { requiredKeys: ["description", "input_schema"] },
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((all) => all.map((tool, i) => ({ name: `tool_${i}`, capability: "cap.mem.summarize", ...tool })));
  const manifest = fc.record({
    namespace: fc.constant("org.acme"),
    name: fc.constant("same"),
    version: fc.constantFrom("1.0.0", "0.1.0-rc.1"),
    title: text,
    description: text,
    worker: fc.constant({ species: "wrk.mem.summarizer" }),
    risk_tier: fc.constantFrom("low", "medium"),
    policy_tier: fc.constantFrom(4, 5),
    capabilities: fc.constant(["cap.mem.summarize"]),
    allowed_environments: fc.subarray(["dev", "stage", "prod"], { minLength: 1 }),
    blast_radius: fc.record({
      data: fc.nat(3),
      network: fc.nat(3),
      financial: fc.nat(1),
      time: fc.nat(2),
      reversibility: fc.nat(1),
    }),
    privilege_envelope: fc.constant({
      secrets_access: [],
      network_egress: "none",
      filesystem_writes: [],
      tools: [],
    }),
    tools,
  });
  await fc.assert(
    fc.asyncProperty(manifest, async (said) => {
      const inCode = said.tools.map(
        (tool) => `defineTool({ ...${JSON.stringify(tool)}, handler: () => ({}) })`,
      );
      const module = `import { defineSkill, defineTool } from "wcp-hall/skill";
        export default defineSkill({ ...${JSON.stringify(said)}, tools: [${inCode}] });`;
      const inYaml = {
        manifest_version: "1",
        ...said,
        tools: said.tools.map((tool) => ({ ...tool, handler: "skill.ts" })),
      };
      const code = await compileAndBuild(directoryOf({ "skill.ts": module }));
      const yaml = await compileAndBuild(
        directoryOf({ "skill.yaml": JSON.stringify(inYaml), "skill.ts": "export default () => ({})" }),
      );
      const [one, two] = [readArtifact(code.artifact), readArtifact(yaml.artifact)];
      expect(Buffer.from(one.skill_json).toString()).toBe(Buffer.from(two.skill_json).toString());
      for (const path of [
        "SKILL.md",
        "mcp.json",
        "tools/mcp.json",
        "tools/langchain.json",
        "tools/openai.json",
      ])
        expect(one.files.get(path)).toEqual(two.files.get(path));
    }),
    { numRuns: 15 },
  );
}, 120_000);

import { cpSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readArtifact } from "../../src/build/artifact.js";
import { buildSkill, compiledFiles } from "../../src/build/buildSkill.js";
import { BuildError, type BuildProblem } from "../../src/build/problem.js";
import { checkManifest } from "../../src/compile/checkManifest.js";
import { compileSkill } from "../../src/compile/compileSkill.js";
import { sha256Hex } from "../../src/protocol/canonical.js";
import { directoryOf, writeFiles } from "./skillDirectory.js";

const build = (directory: string) =>
  buildSkill(directory, { compile: { checkManifest, compileSkill }, hallVersion: "0.1.0" });

async function problemsOf(
  files: Record<string, string | Uint8Array> | string,
): Promise<readonly BuildProblem[]> {
  const directory = typeof files === "string" ? files : directoryOf(files);
  const error: unknown = await build(directory).catch((thrown: unknown) => thrown);
  if (!(error instanceof BuildError)) throw error;
  for (const { message, remedy } of error.problems) {
    expect(message).not.toBe("");
    expect(remedy).not.toBe("");
    expect(error.message).toContain(message);
  }
  return error.problems;
}

const HEAD = `manifest_version: "1"
namespace: x.test
name: pair
version: "1.0.0"
title: Pair
description: Two tools.
worker: { species: wrk.doc.searcher }
risk_tier: low
policy_tier: 2
capabilities: [cap.doc.search]
data_labels: [PUBLIC]
allowed_environments: [dev]
required_controls: [ctrl.obs.audit-log-append-only]
currently_implements: [ctrl.obs.audit-log-append-only]
blast_radius: { data: 1, network: 0, financial: 0, time: 1, reversibility: 0 }
privilege_envelope: { secrets_access: [], network_egress: none, filesystem_writes: [], tools: [] }
attestation_required: true
audit_events: [execute, deny]
tools:
`; // 19 lines, and 5 for each tool
const tool = (name: string, handler: string) => `  - name: ${name}
    description: Does ${name}.
    capability: cap.doc.search
    input_schema: { type: object }
    handler: ${handler}
`;
const YAML = HEAD + tool("one", "src/one.ts") + tool("two", "src/two.mjs");
const SKILL = {
  "skill.yaml": YAML,
  "src/one.ts": 'import { x } from "./shared.js";\nexport default () => x;\n',
  "src/two.mjs": 'import { x } from "./shared.js";\nexport default () => x + 1;\n',
  "src/shared.ts": "export const x: number = 1;\n",
  "README.md": "not part of the build\n",
};

describe("a build", () => {
  test("is one artifact, named by its digest, with what the certificate needs", async () => {
    const built = await build(directoryOf(SKILL));
    const artifact = readArtifact(built.artifact);
    expect(artifact.digest).toBe(built.artifact_digest);
    expect(built.artifact_digest).toBe(sha256Hex(built.artifact));
    expect(built.manifest_hash).toBe(sha256Hex(artifact.skill_json));
    expect(artifact.manifest_hash).toBe(built.manifest_hash);
    expect(built.toolchain).toEqual({ esbuild: expect.stringMatching(/^\d+\.\d+\.\d+$/), hall: "0.1.0" });
    expect([...artifact.files.keys()]).toEqual([
      "index.json",
      "SKILL.md",
      "handlers/one.mjs",
      "handlers/two.mjs",
      "inputs.json",
      "mcp.json",
      "skill.json",
      "tools/langchain.json",
      "tools/mcp.json",
      "tools/openai.json",
      "tools/vercel-ai.json",
    ]);
    expect([...artifact.handlers.keys()]).toEqual(["one", "two"]);
    expect(artifact.inputs).toEqual(
      (["skill.yaml", "src/one.ts", "src/shared.ts", "src/two.mjs"] as const).map((path) => ({
        path,
        sha256: sha256Hex(SKILL[path]),
        size: SKILL[path].length,
      })),
    );
    expect(built.warnings).toMatchObject([
      { file: "skill.yaml", line: 7, path: "worker.species" },
      { file: "skill.yaml", path: "tools[0].examples" },
      { file: "skill.yaml", path: "tools[1].examples" },
    ]);
    for (const [path, content] of compiledFiles(built.skill))
      expect(Buffer.compare(artifact.files.get(path) ?? new Uint8Array(), content), path).toBe(0);
    expect(Buffer.from(artifact.files.get("SKILL.md") ?? []).toString()).toContain(built.manifest_hash);
  });

  test("gives the same bytes twice, and in another folder below other files", async () => {
    const first = directoryOf(SKILL);
    const parent = directoryOf({
      "package.json": '{"type":"module","sideEffects":false}',
      "tsconfig.json": "{ broken",
    });
    const second = join(parent, "deep/er");
    writeFiles(second, SKILL);
    const [a, b, c] = [await build(first), await build(first), await build(second)];
    expect(b.artifact).toEqual(a.artifact);
    expect(c.artifact).toEqual(a.artifact);
  });

  test("changes with any input", async () => {
    const { artifact_digest } = await build(directoryOf(SKILL));
    for (const path of ["skill.yaml", "src/shared.ts"] as const) {
      const changed = { ...SKILL, [path]: SKILL[path].replace("1.0.0", "1.0.1").replace("= 1", "= 2") };
      expect((await build(directoryOf(changed))).artifact_digest).not.toBe(artifact_digest);
    }
    expect((await build(directoryOf({ ...SKILL, "README.md": "" }))).artifact_digest).toBe(artifact_digest);
  });

  test("warns of what esbuild warns of", async () => {
    const { warnings } = await build(
      directoryOf({ ...SKILL, "src/one.ts": "export default (x) => typeof x === 'strin';\n" }),
    );
    expect(warnings).toContainEqual(expect.objectContaining({ file: "src/one.ts", line: 1 }));
  });
});

describe("the example skill", () => {
  test("builds the same bytes from a copy elsewhere", async () => {
    const copy = directoryOf({});
    cpSync("skills/notes", copy, { recursive: true });
    const here = await build("skills/notes");
    expect((await build(copy)).artifact).toEqual(here.artifact);
    expect([...readArtifact(here.artifact).handlers.keys()]).toEqual(["search_notes", "add_note"]);
  });

  test("does what its examples say", async () => {
    const { artifact, manifest } = await build("skills/notes");
    const { handlers } = readArtifact(artifact);
    for (const tool of manifest.tools) {
      const source = Buffer.from(handlers.get(tool.name) ?? []).toString("base64");
      const { default: handler } = await import(`data:text/javascript;base64,${source}`);
      for (const example of tool.examples) {
        const data_dir = directoryOf(example.data ?? {});
        const context = { data_dir, signal: new AbortController().signal };
        expect(await handler(example.input, context), example.name).toEqual(example.output);
        if (tool.name === "add_note")
          expect(readFileSync(join(data_dir, "notes.txt"), "utf8")).toBe(
            `${example.data?.["notes.txt"] ?? ""}${example.input["text"]}\n`,
          );
      }
    }
  });
});

describe("problems", () => {
  test("of manifest, YAML and two handlers are reported at once, with lines", async () => {
    const problems = await problemsOf({
      ...SKILL,
      "skill.yaml":
        YAML.replace('"1.0.0"', "1.10")
          .replace("title: Pair", "title: &x Pair")
          .replace("[PUBLIC]", "*x")
          .replace("low", "lo") + tool("three", "src/three.ts"),
      "src/one.ts": 'import "node:net";\nexport default 1;',
      "src/two.mjs": "\nexport default (;",
    });
    expect(problems).toMatchObject([
      { file: "skill.yaml", line: 5, path: "title", message: "an anchor, &x" },
      { file: "skill.yaml", line: 11, path: "data_labels", message: "an alias, *x" },
      {
        file: "skill.yaml",
        line: 4,
        path: "version",
        remedy: 'Write three numbers in quotes: version: "1.10.0"',
      },
      { file: "skill.yaml", line: 8, path: "risk_tier" },
      { file: "skill.yaml", line: 34, path: "tools[2].handler", message: '"src/three.ts": no such file' },
      { file: "src/one.ts", line: 1 },
      { file: "src/two.mjs", line: 2 },
    ]);
  });

  test.each(["1", "1.10", "0.3", "1e3", "0x10", "1.0e2", "01.2", "-1"])(
    "of version: %s have a remedy that leads into no other",
    async (written) => {
      const withVersion = (text: string) => ({ ...SKILL, "skill.yaml": YAML.replace('"1.0.0"', text) });
      const [problem, ...others] = await problemsOf(withVersion(written));
      expect(others).toEqual([]);
      const [, advised = ""] = /version: (".*?")/.exec(problem?.remedy ?? "") ?? [];
      expect((await build(directoryOf(withVersion(advised)))).manifest.version).toBe(JSON.parse(advised));
      if (/^[\d.]+$/.test(written) && !written.startsWith("01")) expect(advised).toContain(`"${written}.0`);
    },
  );

  test("of a file that two handlers share are reported once", async () => {
    const problems = await problemsOf({ ...SKILL, "src/shared.ts": 'import "os";\nexport const x = 1;' });
    expect(problems).toMatchObject([{ file: "src/shared.ts", line: 1 }]);
  });

  test.each([
    ["../outside.ts", /not a path within the skill/],
    ["src/../../outside.ts", /not a path within the skill/],
    ["/etc/passwd", /not a path within the skill/],
    ["C:\\x.ts", /not a path within the skill/],
    ["file:///etc/passwd", /not a path within the skill/],
    ["src/link.ts", /outside the skill/],
    ["src/linked/outside.ts", /outside the skill/],
    ["src", /nameless file/],
    ["skill.yaml", /a \.yaml file/],
    ["src/data.json", /a \.json file/],
    ["src/addon.node", /native addon/],
    ["src/nope.ts", /no such file/],
    ["", /not a path within the skill/],
  ])("a handler %j", async (handler, message) => {
    const parent = directoryOf({ "outside.ts": "export default 1;" });
    const root = join(parent, "skill");
    writeFiles(root, {
      "skill.yaml": HEAD + tool("one", JSON.stringify(handler)),
      "src/data.json": "{}",
      "src/addon.node": "",
    });
    symlinkSync("../../outside.ts", join(root, "src/link.ts"));
    symlinkSync("../..", join(root, "src/linked"));
    const problems = await problemsOf(root);
    expect(problems).toEqual([
      expect.objectContaining({
        file: "skill.yaml",
        line: 24,
        path: "tools[0].handler",
        message: expect.stringMatching(message),
      }),
    ]);
  });

  test.each([
    ["-x", "y", /begins with a hyphen/],
    ["add", "Add", /Add is add but for case/],
  ])("tool names that make no file names: %s and %s", async (one, two, message) => {
    const named = HEAD + tool(one, "src/one.ts") + tool(two, "src/two.mjs");
    expect(await problemsOf({ ...SKILL, "skill.yaml": named })).toMatchObject([
      { message: expect.stringMatching(message) },
    ]);
  });

  test("a directory without a manifest, and none at all", async () => {
    expect(await problemsOf({})).toMatchObject([
      {
        file: "skill.yaml",
        message: expect.stringContaining("no such file in /"),
        remedy: expect.stringContaining("hall skill init"),
      },
    ]);
    expect(await problemsOf("/nowhere/at/all")).toMatchObject([
      { file: "/nowhere/at/all", message: "no such file" },
    ]);
  });

  test("a manifest that is huge, a link out of the skill, or not text", async () => {
    expect(await problemsOf({ "skill.yaml": new Uint8Array(300_000) })).toMatchObject([
      { message: expect.stringMatching(/256 KB/) },
    ]);
    expect(await problemsOf({ "skill.yaml": Buffer.from([0x61, 0x3a, 0xff]) })).toMatchObject([
      { message: "not UTF-8 text" },
    ]);
    const root = directoryOf({});
    symlinkSync("/etc/passwd", join(root, "skill.yaml"));
    expect(await problemsOf(root)).toMatchObject([{ message: expect.stringMatching(/outside/) }]);
  });

  test("an artifact that would be too large", async () => {
    const big = `export const x = ${JSON.stringify("x".repeat(9 * 1024 * 1024))};`;
    expect(await problemsOf({ ...SKILL, "src/shared.ts": big })).toMatchObject([
      { message: expect.stringMatching(/16 MiB/) },
    ]);
  });

  test("of compiling, with their lines too", async () => {
    const problems = [
      { path: ["tools", 1, "input_schema"], message: "doesn't compile", remedy: "Simplify it" },
    ];
    const compile = {
      checkManifest,
      compileSkill: () => Promise.reject(Object.assign(new Error("no"), { problems })),
    };
    const error: unknown = await buildSkill(directoryOf(SKILL), { compile, hallVersion: "0.1.0" }).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(BuildError);
    expect(error).toMatchObject({
      problems: [{ file: "skill.yaml", line: 28, path: "tools[1].input_schema" }],
    });
  });

  test("none of the skill's code runs", async () => {
    const root = directoryOf({ ...SKILL, "src/shared.ts": "globalThis.ran = true;\nexport const x = 1;" });
    await build(root);
    expect("ran" in globalThis).toBe(false);
  });
});

import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { RULES, type Surroundings, unmirrored } from "./setup/rooms.js";
import { readSource, type Source } from "./setup/source.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const around: Surroundings = {
  entries: Object.keys(manifest.exports).map((entry) => entry.replace(/^\./, "wcp-hall")),
  dependencies: Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }),
};
const sources = await readTree(["src", "adapters", "skills", "examples"]);

describe("the house as it stands", () => {
  test.each(Object.entries(RULES))("%s", (_rule, check) => {
    expect(sources.flatMap((source) => check(source, around))).toEqual([]);
  });

  test("tests mirror src", async () => {
    const tests = (await filesUnder("test")).filter((path) => path.endsWith(".test.ts"));
    expect(unmirrored(tests, await filesUnder("src", "adapters", "skills"))).toEqual([]);
  });

  test("lines per file", () => {
    const lines = sources.filter(({ path }) => path.startsWith("src/")).map((source) => source.lines);
    lines.sort((a, b) => a - b);
    const [median, p90] = [0.5, 0.9].map((share) => lines[Math.floor(lines.length * share)]);
    console.log(
      `${lines.length} files in src/, lines: median ${median}, 90th percentile ${p90}, longest ${lines.at(-1)}`,
    );
    expect(lines.length).toBeGreaterThan(0);
  });
});

describe("every rule can fail", () => {
  const broken: readonly (readonly [rule: keyof typeof RULES, path: string, text: string])[] = [
    ["imports run downwards", "src/decide/x.ts", `import { a } from "../compile/a.js";`],
    ["imports run downwards", "src/decide/x.ts", `import type { A } from "../evidence/a.js";`],
    ["imports run downwards", "src/protocol/x.ts", `export * from "../decide/a.js";`],
    ["imports run downwards", "src/protocol/x.ts", `export type A = import("../hall/types.js").Gate;`],
    ["imports run downwards", "src/run/x.ts", `import { a } from "../records/a.js";`],
    ["imports run downwards", "src/run/x.ts", `import type { A } from "../records/a.js";`],
    ["imports run downwards", "src/records/x.ts", `import { type A, b } from "../decide/a.js";`],
    ["imports run downwards", "src/records/x.ts", `import { type A } from "../decide/a.js";`],
    ["imports run downwards", "src/records/x.ts", `const a = await import("../decide/a.js");`],
    ["imports run downwards", "src/hall/x.ts", `import type { A } from "../lifecycle/a.js";`],
    ["imports run downwards", "src/registry/x.ts", `import { a } from "../hall/gate.js";`],
    ["imports run downwards", "src/mcp/x.ts", `import { a } from "../lifecycle/a.js";`],
    ["imports run downwards", "src/mcp/x.ts", `import { a } from "../records/a.js";`],
    ["imports run downwards", "src/cli/x.ts", `import { a } from "../mcp/a.js";`],
    ["imports run downwards", "adapters/openai/x.ts", `import { a } from "../langchain/a.js";`],
    ["imports run downwards", "src/hall/x.ts", `import { a } from "../drawer/a.js";`],
    ["imports run downwards", "src/drawer/x.ts", `import { a } from "../protocol/ids.js";`],
    ["a third-party package has one home", "src/hall/x.ts", `import { z } from "zod";`],
    [
      "a third-party package has one home",
      "src/cli/x.ts",
      `import { Server } from "@modelcontextprotocol/sdk/server/index.js";`,
    ],
    ["a third-party package has one home", "src/records/x.ts", `import type { A } from "left-pad";`],
    [
      "layers 0 and 1 take only pure functions from Node",
      "src/compile/x.ts",
      `import { readFileSync } from "node:fs";`,
    ],
    [
      "layers 0 and 1 take only pure functions from Node",
      "src/protocol/x.ts",
      `import { createHash, randomUUID } from "node:crypto";`,
    ],
    [
      "layers 0 and 1 take only pure functions from Node",
      "src/evidence/x.ts",
      `import * as node from "node:crypto";`,
    ],
    [
      "layers 0 and 1 take only pure functions from Node",
      "src/decide/x.ts",
      `import { verify } from "node:crypto";`,
    ],
    [
      "layers 0 and 1 never name I/O, clock or randomness",
      "src/decide/x.ts",
      "export const now = () => Date.now();",
    ],
    [
      "layers 0 and 1 never name I/O, clock or randomness",
      "src/protocol/x.ts",
      "export const at = new Date();",
    ],
    [
      "layers 0 and 1 never name I/O, clock or randomness",
      "src/evidence/x.ts",
      "export const f = (u: string) => fetch(u);",
    ],
    [
      "layers 0 and 1 never name I/O, clock or randomness",
      "src/compile/x.ts",
      "export const f = { console };",
    ],
    [
      "layers 0 and 1 never name I/O, clock or randomness",
      "src/compile/x.ts",
      "const { now } = Date; now();",
    ],
    [
      "layers 0 and 1 never name I/O, clock or randomness",
      "src/decide/x.ts",
      "export const p = (process as unknown as A).pid;",
    ],
    [
      "the environment is read in open.ts, cli and compat",
      "src/run/x.ts",
      "export const a = process.env.HOME;",
    ],
    [
      "the environment is read in open.ts, cli and compat",
      "src/hall/x.ts",
      `export const a = globalThis.process["env"];`,
    ],
    ["the environment is read in open.ts, cli and compat", "src/hall/x.ts", "const { env } = process;"],
    ["the environment is read in open.ts, cli and compat", "src/hall/x.ts", "const all = process[name];"],
    ["no import is hidden from this test", "src/hall/x.ts", `import { env } from "node:process";`],
    ["no import is hidden from this test", "src/hall/x.ts", "const a = await import(name);"],
    ["no import is hidden from this test", "src/hall/x.ts", `import { createRequire } from "node:module";`],
    [
      "skills and examples use the public entries",
      "examples/tour/x.ts",
      `import { a } from "../../src/index.js";`,
    ],
    [
      "skills and examples use the public entries",
      "examples/tour/x.ts",
      `import { a } from "wcp-hall/hall/gate";`,
    ],
    ["skills and examples use the public entries", "examples/tour/x.ts", `import { a } from "left-pad";`],
    [
      "skills and examples use the public entries",
      "skills/notes/src/x.ts",
      `import { a } from "../../other/a.js";`,
    ],
    ["a file stays short", "src/hall/x.ts", "\n".repeat(401)],
    ["a file stays short", "src/hall/gate.ts", "\n".repeat(151)],
  ];
  test.each(broken)("%s: %s %s", async (rule, path, text) => {
    const source = await readSource(path, text);
    const breached = Object.keys(RULES).filter((name) => (RULES[name]?.(source, around) ?? []).length > 0);
    expect(breached).toEqual([rule]);
  });

  const sound: readonly (readonly [path: string, text: string])[] = [
    [
      "src/decide/x.ts",
      `import { type Env, envs } from "../protocol/request.js"; export const at = new Date(0);`,
    ],
    [
      "src/decide/x.ts",
      `// process.env, fetch() and Date.now() in a comment\nexport const a = "fetch"; a.process = { fetch: a.console };`,
    ],
    [
      "src/decide/x.ts",
      "export type P = typeof process; export type F = { fetch(console: string): NodeJS.Process };",
    ],
    [
      "src/evidence/x.ts",
      `import { createHash, type Hmac, verify } from "node:crypto"; import type { KeyObject } from "node:crypto";`,
    ],
    [
      "src/records/x.ts",
      `import { a } from "../evidence/a.js"; import type { B } from "../decide/b.js"; import { C } from "kysely";`,
    ],
    ["src/compat/x.ts", `import { openHall } from "../hall/open.js"; export const a = process.env.HOME;`],
    ["src/mcp/x.ts", `import { a } from "../hall/a.js"; import type { B } from "../records/b.js";`],
    [
      "src/cli/x.ts",
      `import { a } from "../lifecycle/a.js"; const { serve } = await import("../mcp/index.js");`,
    ],
    ["src/run/x.ts", "export const node = process.execPath;"],
    [
      "adapters/langchain/x.ts",
      `import { tool } from "@langchain/core/tools"; import type { Gate } from "../../src/hall/types.js";`,
    ],
    [
      "examples/tour/x.ts",
      `import { openHall } from "wcp-hall"; import { a } from "./a.js"; import { z } from "zod";`,
    ],
    ["src/hall/gate.ts", "\n".repeat(150)],
  ];
  test.each(sound)("but leaves alone %s %s", async (path, text) => {
    const source = await readSource(path, text);
    expect(Object.values(RULES).flatMap((check) => check(source, around))).toEqual([]);
  });

  test("tests mirror src", () => {
    const files = ["src/run/child.ts", "src/records/sql/open.ts", "skills/notes/skill.yaml"];
    const good = [
      "test/run/child.test.ts",
      "test/records/sql.test.ts",
      "test/laws.test.ts",
      "test/integration/a.test.ts",
    ];
    const bad = ["test/run/vectors.test.ts", "test/drawer/child.test.ts"];
    expect(unmirrored([...good, "test/skills/notes.test.ts", ...bad], files)).toEqual(bad);
  });
});

async function readTree(folders: readonly string[]): Promise<readonly Source[]> {
  const paths = (await filesUnder(...folders)).filter((path) => /\.m?[jt]s$/.test(path));
  return Promise.all(paths.map(async (path) => readSource(path, await readFile(join(root, path), "utf8"))));
}

async function filesUnder(...folders: readonly string[]): Promise<readonly string[]> {
  const there = folders.filter((folder) => existsSync(join(root, folder)));
  const lists = await Promise.all(
    there.map(async (folder) => {
      const entries = await readdir(join(root, folder), { recursive: true });
      return entries.map((entry) => `${folder}/${entry.replaceAll("\\", "/")}`);
    }),
  );
  return lists.flat().filter((path) => !path.includes("/node_modules/"));
}

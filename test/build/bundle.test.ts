import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundleHandler } from "../../src/build/bundle.js";
import { SkillFiles } from "../../src/build/skillFiles.js";
import { directoryOf, writeFiles } from "./skillDirectory.js";

const HANDLER = "export default (input, context) => input;\n";

async function bundle(root: string, entry = "src/a.ts") {
  const files = new SkillFiles(root);
  const result = await bundleHandler(files, entry);
  return {
    ...result,
    source: result.ok ? Buffer.from(result.source).toString() : "",
    inputs: files.inputs(),
  };
}

async function problemsOf(files: Record<string, string | Uint8Array>, entry = "src/a.ts") {
  const result = await bundle(directoryOf(files), entry);
  return result.ok ? [] : result.problems;
}

/** What the bundle's default export returns, run in this process: these tests wrote the code themselves. */
async function run(source: string, input: unknown = {}): Promise<unknown> {
  const { default: handler } = await import(
    `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`
  );
  return await handler(input, {});
}

describe("what goes in", () => {
  test("TypeScript, JSON, packages of the skill, literal import() and node: modules, as one text", async () => {
    const root = directoryOf({
      "src/a.ts": `// a comment
        /*! @license kept nowhere */
        import { join } from "path";
        import pkg from "pkg";
        import cjs from "cjs-pkg";
        import data from "./data.json" with { type: "json" };
        import { other } from "./other.js";
        import type { Skill } from "wcp-hall/skill";
        enum Kind { A = "é" }
        export default async (input: { n: number }) => {
          const late = await import("./late.mjs");
          return [join("a", "b"), pkg, cjs.sum(1, input.n), data.x, other, late.default, Kind.A];
        };`,
      "src/data.json": '{ "x": 7 }',
      "src/other.ts": 'export const other: string = "other";',
      "src/late.mjs": 'export default "late";',
      "node_modules/pkg/package.json":
        '{"name":"pkg","type":"module","exports":{"import":"./esm.js"},"imports":{"#inner":"./inner.js"}}',
      "node_modules/pkg/esm.js": 'import inner from "#inner"; export default inner;',
      "node_modules/pkg/inner.js": 'export default "inner";',
      "node_modules/cjs-pkg/index.js":
        'const assert = require("assert"); const E = require("node:events");\n' +
        "class Own extends E {}\nmodule.exports = { sum(a, b) { assert(new Own()); return a + b; } };",
    });
    const result = await bundle(root);
    expect(result.ok ? [] : result.problems).toEqual([]);
    expect(await run(result.source, { n: 2 })).toEqual(["a/b", "inner", 3, 7, "other", "late", "é"]);
    expect(result.source).not.toMatch(/a comment|license|sourceMappingURL|\/\/ src/);
    expect(result.source).not.toContain(root);
    expect(result.source).toContain('"é"');
    expect(result.inputs.map(({ path }) => path)).toEqual([
      "node_modules/cjs-pkg/index.js",
      "node_modules/pkg/esm.js",
      "node_modules/pkg/inner.js",
      "src/a.ts",
      "src/data.json",
      "src/late.mjs",
      "src/other.ts",
    ]);
  });

  test("only node: modules are left to import", async () => {
    const { source } = await bundle(
      directoryOf({
        "src/a.ts":
          'import fs from "fs/promises";\nimport { join } from "node:path";\nexport default () => [fs, join];',
      }),
    );
    expect([...source.matchAll(/from"([^"]*)"/g)].map((match) => match[1])).toEqual([
      "node:fs/promises",
      "node:path",
    ]);
  });

  test("a CommonJS handler", async () => {
    const { source } = await bundle(
      directoryOf({ "src/a.cjs": 'module.exports = (input) => require("path").join("x", input.y);' }),
      "src/a.cjs",
    );
    expect(await run(source, { y: "z" })).toBe("x/z");
  });

  test("a link to another file of the skill is that file", async () => {
    const root = directoryOf({
      "lib/real.ts": "export default 1;",
      "src/a.ts": 'import x from "./link.ts";\nexport default () => x;',
    });
    symlinkSync("../lib/real.ts", join(root, "src/link.ts"));
    expect((await bundle(root)).inputs.map(({ path }) => path)).toEqual(["lib/real.ts", "src/a.ts"]);
  });
});

describe("nothing above the skill has a say", () => {
  const skill = {
    "src/a.ts":
      'import { v } from "./b.js";\nimport cjs from "cjs";\nclass A { x = v }\nexport default () => [new A().x, cjs];',
    "src/b.js": 'import { unused } from "./effect.js";\nexport const v = 1;',
    "src/effect.js": "export const unused = 1;\nglobalThis.effect = 1;",
    "node_modules/cjs/index.js": "exports.__esModule = true; exports.default = 5;",
  };

  test("package.json, tsconfig.json and NODE_PATH of elsewhere change no byte", async () => {
    const plain = await bundle(directoryOf(skill));
    const parent = directoryOf({
      "package.json":
        '{"type":"module","sideEffects":false,"name":"up","exports":{"./*":"./skill/src/*"},"imports":{"#b":"./skill/src/b.js"}}',
      "tsconfig.json":
        '{"compilerOptions":{"useDefineForClassFields":false,"target":"es5","baseUrl":".","paths":{"cjs":["./skill/src/b.js"]}}}',
    });
    writeFiles(join(parent, "skill"), skill);
    const below = await bundle(join(parent, "skill"));
    expect(below.source).toBe(plain.source);
    expect(plain.source).toContain("effect");
  });

  test.each([
    ["a package beside the skill", 'import "outer";', /"outer": its real path lies outside/],
    ["a subpath import declared above", 'import "#b";', /no package\.json of the skill declares "#b"/],
    ["the name of the package above", 'import "up/b.js";', /"up\/b\.js"/],
    ["a path that tsconfig.json above knows", 'import "@paths/b";', /"@paths\/b" isn't found/],
    ["a file above", 'import "../../above.js";', /"\.\.\/\.\.\/above\.js": its real path lies outside/],
  ])("%s isn't found", async (_, statement, message) => {
    const parent = directoryOf({
      "package.json": '{"name":"up","exports":{"./*":"./skill/src/*"},"imports":{"#b":"./skill/src/b.js"}}',
      "tsconfig.json": '{"compilerOptions":{"baseUrl":".","paths":{"@paths/*":["./skill/src/*"]}}}',
      "node_modules/outer/index.js": "",
      "above.js": "",
      "skill/src/b.js": "",
      "skill/src/a.ts": `${statement}\n${HANDLER}`,
    });
    const result = await bundle(join(parent, "skill"));
    expect(result.ok ? [] : result.problems).toMatchObject([
      { file: "src/a.ts", line: 1, message: expect.stringMatching(message) },
    ]);
  });

  test("a tsconfig.json of the skill has none either, so what one reads is what runs", async () => {
    const plain = await bundle(directoryOf(skill));
    const own = await bundle(
      directoryOf({ ...skill, "tsconfig.json": '{"compilerOptions":{"useDefineForClassFields":false}}' }),
    );
    expect(own.source).toBe(plain.source);
  });
});

describe("what is refused, with file and line", () => {
  test.each<[string, string, RegExp, RegExp]>([
    [
      "the network",
      'import "node:net";',
      /imports "node:net", which handlers may not use/,
      /may import node:assert/,
    ],
    ["a fetch of one's own", 'import http from "https"; http;', /imports "https"/, /Do without it/],
    [
      "processes",
      'import { spawn } from "child_process"; spawn;',
      /imports "child_process"/,
      /Do without it/,
    ],
    ["facts of the machine", 'import os from "node:os"; os;', /imports "node:os"/, /Do without it/],
    ["a node: module nobody knows", 'import "node:nope";', /imports "node:nope"/, /Do without it/],
    [
      "a loader",
      'import { createRequire } from "module"; createRequire;',
      /imports "module"/,
      /Do without it/,
    ],
    ["a required module", 'require("vm");', /imports "vm"/, /Do without it/],
    [
      "import() of a node: module",
      'await import("node:fs");',
      /import\("node:fs"\) while running/,
      /at the top/,
    ],
    [
      "import() of a variable",
      "const n = './b.js'; await import(n);",
      /"import".*not a string literal/,
      /literal/,
    ],
    [
      "require() of a variable",
      "const n = './b.js'; require(n);",
      /"require".*not a string literal/,
      /literal/,
    ],
    ["require as a value", "const r = require; r('./b.js');", /Indirect calls to "require"/, /directly/],
    [
      "the Hall's own package",
      'import { openHall } from "wcp-hall"; openHall;',
      /"wcp-hall" can't be imported/,
      /wcp-hall\/skill/,
    ],
    ["a package not installed", 'import "left-pad";', /"left-pad" isn't found/, /own node_modules/],
    ["a missing file", 'import "./nope.js";', /"\.\/nope\.js" isn't found/, /Create the file/],
    ["a URL", 'import "https://example.com/x.js";', /"https:\/\/example\.com\/x\.js" isn't found/, /./],
    ["a data: URL", 'import "data:text/javascript,1";', /isn't found/, /./],
    ["a native addon", 'import "./native.node";', /"\.\/native\.node": it is a native addon/, /\.ts/],
    ["WebAssembly", 'import "./x.wasm";', /it is a \.wasm file/, /\.ts/],
    ["CSS", 'import "./x.css";', /it is a \.css file/, /\.ts/],
    [
      "text through an attribute",
      'import t from "./b.js" with { type: "text" }; t;',
      /with an attribute/,
      /json/,
    ],
    ["a query", 'import "./b.js?raw";', /isn't found/, /./],
    ["bad syntax", "const = 1;", /Expected identifier/, /Correct the code/],
  ])("%s", async (_, statement, message, remedy) => {
    const problems = await problemsOf({
      "src/a.ts": `// line 1\n${statement}\n${HANDLER}`,
      "src/b.js": "",
      "src/native.node": "",
      "src/x.wasm": "",
      "src/x.css": "",
    });
    expect(problems).toMatchObject([
      {
        file: "src/a.ts",
        line: 2,
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      },
    ]);
  });

  test("in a package as in the skill, also where the package catches the failure", async () => {
    const problems = await problemsOf({
      "src/a.ts": `import "pkg";\n${HANDLER}`,
      "node_modules/pkg/index.js":
        'try { require("os") } catch {}\nasync function f(x) { try { await import(x) } catch {} }\nf;\n',
    });
    expect(problems).toMatchObject([
      { file: "node_modules/pkg/index.js", line: 1 },
      { file: "node_modules/pkg/index.js", line: 2 },
    ]);
  });

  test("every problem of a handler at once", async () => {
    const problems = await problemsOf({
      "src/a.ts": `import "net";\nimport "./gone.js";\nimport "./b.js";\nconst n = "x"; await import(n);\n${HANDLER}`,
      "src/b.js": 'import "os";',
    });
    expect(problems.map(({ file, line }) => `${file}:${line}`).sort()).toEqual([
      "src/a.ts:1",
      "src/a.ts:2",
      "src/a.ts:4",
      "src/b.js:1",
    ]);
  });

  test.each(["require.resolve('./b.js');", "globalThis.x = require.main;", "globalThis.x = typeof require;"])(
    "a use of require that would be left over: %s",
    async (statement) => {
      const problems = await problemsOf({ "src/a.ts": `${statement}\n${HANDLER}`, "src/b.js": "" });
      expect(problems).toMatchObject([{ file: "src/a.ts", message: expect.stringMatching(/require/) }]);
    },
  );

  test("a subpath import that the package itself doesn't declare", async () => {
    const problems = await problemsOf({
      "src/a.ts": `import "pkg";\n${HANDLER}`,
      "node_modules/pkg/package.json": '{"main":"index.js"}',
      "node_modules/pkg/index.js": '\nimport "#inner";',
    });
    expect(problems).toMatchObject([{ file: "node_modules/pkg/index.js", line: 2 }]);
  });

  test("no default export", async () => {
    expect(await problemsOf({ "src/a.ts": "export const search = 1;" })).toMatchObject([
      { file: "src/a.ts", message: "no default export", remedy: expect.stringContaining("export default") },
    ]);
  });

  test("a file that isn't UTF-8", async () => {
    const problems = await problemsOf({
      "src/a.ts": Buffer.concat([Buffer.from(HANDLER), Buffer.from([0x2f, 0x2f, 0xff])]),
    });
    expect(problems).toMatchObject([{ message: "src/a.ts isn't UTF-8 text" }]);
  });

  test("a huge file, without reading it", async () => {
    const problems = await problemsOf({
      "src/a.ts": `import "./huge.js";\n${HANDLER}`,
      "src/huge.js": new Uint8Array(0x100_0001),
    });
    expect(problems).toMatchObject([{ message: expect.stringMatching(/larger than 16384 KB/) }]);
  });
});

describe("links that leave the skill", () => {
  test("a file", async () => {
    const outside = directoryOf({ "secret.js": "export default 1;" });
    const root = directoryOf({ "src/a.ts": `import "./link.js";\n${HANDLER}` });
    symlinkSync(join(outside, "secret.js"), join(root, "src/link.js"));
    const result = await bundle(root);
    expect(result.ok ? [] : result.problems).toMatchObject([
      { line: 1, message: expect.stringMatching(/link\.js": its real path lies outside/) },
    ]);
    expect(result.inputs.map(({ path }) => path)).toEqual(["src/a.ts"]);
  });

  test("a package, as npm link makes it", async () => {
    const outside = directoryOf({ "index.js": "" });
    const root = directoryOf({ "src/a.ts": `import "pkg";\n${HANDLER}` });
    mkdirSync(join(root, "node_modules"));
    symlinkSync(outside, join(root, "node_modules/pkg"));
    const result = await bundle(root);
    expect(result.ok ? [] : result.problems).toMatchObject([
      {
        message: expect.stringMatching(/real path lies outside/),
        remedy: expect.stringMatching(/own node_modules/),
      },
    ]);
  });

  test("a package's links among themselves, as pnpm makes them, are fine", async () => {
    const root = directoryOf({
      "src/a.ts": 'import pkg from "pkg";\nexport default () => pkg;',
      "node_modules/.pnpm/pkg@1/node_modules/pkg/index.js": 'export default "pkg";',
    });
    symlinkSync(".pnpm/pkg@1/node_modules/pkg", join(root, "node_modules/pkg"));
    expect(await run((await bundle(root)).source)).toBe("pkg");
  });
});

test("two handlers of one skill see the same bytes of a file that changes between them", async () => {
  const root = directoryOf({
    "src/a.ts": 'import v from "./v.ts";\nexport default () => v;',
    "src/v.ts": "export default 1;",
  });
  const files = new SkillFiles(root);
  await bundleHandler(files, "src/a.ts");
  writeFiles(root, { "src/v.ts": "export default 2;" });
  const again = await bundleHandler(files, "src/a.ts");
  expect(again.ok && (await run(Buffer.from(again.source).toString()))).toBe(1);
});

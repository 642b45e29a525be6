import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { dist } from "./setup/dist.js";

const run = promisify(execFile);
const { root } = await dist();
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const entries = Object.keys(manifest.exports).filter((entry) => entry !== "./package.json");
/** The frameworks that adapters serve: a user of one has it, and nobody else needs it. */
const peers = Object.keys(manifest.peerDependencies).map(
  (name) => `${name}@${manifest.devDependencies[name]}`,
);
const specifiers = entries.map((entry) => entry.replace(/^\./, manifest.name));

describe("the package as it is published", () => {
  let folder: string;
  let packed: readonly string[];
  let obstacle: string | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "hall-package-"));
    const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder]; // dist() has built already
    const [tarball] = JSON.parse((await run("npm", pack, { cwd: root })).stdout);
    packed = tarball.files.map(({ path }: { path: string }) => path);
    await writeFile(join(folder, "package.json"), `{ "private": true, "type": "module" }`);
    // Without scripts: all that works below works without any dependency's install script.
    const install = [
      "install",
      "--prefer-offline",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      tarball.filename,
      ...peers,
    ];
    await run("npm", install, { cwd: folder, timeout: 150_000 }).catch((error) => {
      obstacle = `npm couldn't install the tarball: ${String(error.stderr || error).slice(0, 300)}`;
    });
  }, 180_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  function needsInstall({ skip }: TestContext): void {
    skip(obstacle !== undefined, obstacle);
  }

  /** Runs a program in the folder, with an environment that says nothing of this checkout. */
  function start(program: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const { PATH, HOME } = process.env;
    return run(program, args, { cwd: folder, env: { PATH, HOME: HOME ?? folder } });
  }

  test("holds what a user needs and nothing else", async () => {
    const wanted =
      /^(dist\/.+\.(js|mjs|d\.ts|json|txt)|package\.json|(README|CHANGELOG|SECURITY)\.md|LICENSE)$/;
    expect(packed.filter((path) => !wanted.test(path) || /(^|[./])(test|spec)[./]/.test(path))).toEqual([]);
    expect(packed).toEqual(expect.arrayContaining(["README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md"]));
    for (const path of packed) {
      expect((await readFile(join(root, path), "utf8")).includes(root), `${path} names ${root}`).toBe(false);
    }
  });

  test.for(specifiers)("%s can be imported, without a warning", async (specifier, context) => {
    needsInstall(context);
    const program = `console.log(Object.entries(await import("${specifier}")).filter(([, it]) => it === undefined))`;
    expect(await start(process.execPath, ["--input-type=module", "-e", program])).toEqual({
      stdout: "[]\n",
      stderr: "",
    });
  });

  test("its types resolve", async (context) => {
    needsInstall(context);
    const names = specifiers.map((specifier, index) => `import * as entry${index} from "${specifier}";`);
    const consumer = `${names.join("\n")}
      import type { Gate, Outcome } from "${manifest.name}";
      export const entries: readonly object[] = [${specifiers.map((_, index) => `entry${index}`).join(", ")}];
      export async function tell(gate: Gate): Promise<string> {
        const outcome: Outcome = await gate.invoke("search_notes", { query: "tea" });
        switch (outcome.kind) {
          case "done": return JSON.stringify(outcome.output);
          case "dry_run": return outcome.would;
          case "denied": return outcome.denial.code;
          case "held": return outcome.approval_id;
          case "failed": return outcome.fault.code;
        }
      }`;
    await writeFile(join(folder, "consumer.ts"), consumer);
    const strict = ["--strict", "--noEmit", "--exactOptionalPropertyTypes", "--verbatimModuleSyntax"];
    const resolution = ["--module", "nodenext", "--moduleResolution", "nodenext", "--target", "es2023"];
    const node = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const checked = start(process.execPath, [tsc, ...strict, ...resolution, ...node, "consumer.ts"]);
    const { stdout } = await checked.catch((error: { stdout: string }) => error);
    const ours = /^(?:consumer\.ts|node_modules\/wcp-hall\/)/; // frameworks' own declarations aren't strict
    expect(stdout.split("\n").filter((line) => ours.test(line))).toEqual([]);
  });

  test("its command answers", async (context) => {
    needsInstall(context);
    const answer = await start(join(folder, "node_modules/.bin/hall"), ["--version"]);
    expect(answer.stdout).toContain(manifest.version);
    expect(answer.stderr).toBe("");
  });

  test("its native parts work without install scripts", async (context) => {
    needsInstall(context);
    const program = `
      import { DatabaseSync } from "@photostructure/sqlite";
      import { transform } from "esbuild";
      const { code } = await transform("let a: number = 1", { loader: "ts" });
      const { two } = new DatabaseSync(":memory:").prepare("SELECT 1 + 1 AS two").get();
      console.log(code.trim(), two);`;
    await writeFile(join(folder, "native.mjs"), program);
    expect((await start(process.execPath, ["native.mjs"])).stdout).toBe("let a = 1; 2\n");
  });
});

describe("what installs it", () => {
  type Locked = { readonly optionalDependencies?: Record<string, string>; readonly resolved?: string };

  /** Optional dependencies that the lock names and doesn't hold: `npm ci` refuses such a lock. */
  function missingOptionals(packages: Readonly<Record<string, Locked>>): readonly string[] {
    return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isHeld(packages, path, name)),
    );
  }

  function isHeld(packages: Readonly<Record<string, Locked>>, path: string, name: string): boolean {
    if (posix.join(path, "node_modules", name) in packages) return true;
    if (path === "") return false;
    return isHeld(packages, path.slice(0, Math.max(0, path.lastIndexOf("node_modules/") - 1)), name);
  }

  test("the lock is complete and names no address", async () => {
    const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
    expect(missingOptionals(packages)).toEqual([]);
    expect(Object.keys(packages).filter((path) => packages[path].resolved !== undefined)).toEqual([]);
  });

  test("a lock with a hole is seen", () => {
    const packages = { "": {}, "node_modules/a": { optionalDependencies: { b: "1", c: "1", d: "1" } } };
    expect(
      missingOptionals({ ...packages, "node_modules/b": {}, "node_modules/a/node_modules/c": {} }),
    ).toEqual(["d"]);
  });

  test("no file names a package mirror", async () => {
    const list = ["ls-files", "--cached", "--others", "--exclude-standard"];
    const tracked = (await run("git", list, { cwd: root })).stdout.trim().split("\n");
    const addresses = await mirrors();
    const naming: string[] = [];
    for (const path of tracked) {
      const text = await readFile(join(root, path), "utf8").catch(() => ""); // deleted, not yet committed
      if (addresses.some((address) => text.includes(address)) || namesRegistry(text)) naming.push(path);
    }
    expect(naming).toEqual([]);
  });

  test("a mirror's address is seen", () => {
    expect(namesRegistry(["regis", "try = https://mirror.example/npm/"].join(""))).toBe(true);
    expect(namesRegistry(["https://mirror.example/artif", "actory/api/npm/"].join(""))).toBe(true);
    expect(namesRegistry("https://registry.npmjs.org/")).toBe(false);
  });

  /** Hosts that this machine fetches packages from or through, other than the public registry. */
  async function mirrors(): Promise<readonly string[]> {
    const registry = (await run("npm", ["config", "get", "registry"], { cwd: root })).stdout.trim();
    const { HTTP_PROXY, HTTPS_PROXY, http_proxy, https_proxy, npm_config_registry } = process.env;
    const urls = [registry, HTTP_PROXY, HTTPS_PROXY, http_proxy, https_proxy, npm_config_registry];
    const hosts = urls.map((url) => (url !== undefined && URL.canParse(url) ? new URL(url).hostname : ""));
    return hosts.filter((host) => !["", "registry.npmjs.org", "localhost", "127.0.0.1"].includes(host));
  }

  function namesRegistry(text: string): boolean {
    return /^\s*(@[\w-]+:)?registry\s*=/m.test(text) || /https?:\/\/[^\s"']*\/artifactory\//.test(text);
  }
});

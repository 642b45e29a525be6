/*
 * Builds dist/: the library as tsc emits it, module for module, and in dist/cli the command, bundled with its
 * pure JavaScript dependencies because an IDE starts it many times a day. Tests, bench and demo call this often:
 * it returns at once when no input has changed since the last build, and any number may run at a time.
 * `--force` builds regardless.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, link, mkdir, readdir, readFile, rename, rm, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const STAMP = join(DIST, ".build");
const WORK = join(ROOT, "node_modules", ".cache", "wcp-hall"); // same disk as dist, and nothing there is packed
const INPUTS = ["src", "adapters", "package.json", "package-lock.json", "tsconfig.json", "scripts/build.mjs"];

/** esbuild starts its own binary; the SQLite driver is an addon. Neither can be bundled. */
const EXTERNAL = ["esbuild", "@photostructure/sqlite"];
/**
 * Modules that packages import and the command never uses, each with what stands in for it: reading them would be a
 * third of the time that `hall mcp` takes to start.
 */
const LEFT_OUT = [
  // The SDK's validator of elicitation answers, Ajv and all; src/mcp/sdk.ts brings another.
  [/sdk\/dist\/esm\/validation\/ajv-provider\.js$/, "export class AjvJsonSchemaValidator {}"],
  // Messages in forty languages. English comes with zod's core by another way.
  [/zod\/v4\/locales\/index\.js$/, "export {}"],
];

const SHEBANG = "#!/usr/bin/env node\n";
const REQUIRE = `import{createRequire as hallRequire}from"node:module";const require=hallRequire(import.meta.url);\n`;

const forced = process.argv.includes("--force");
try {
  if (forced || !(await isFresh())) await underLock(buildUnlessFresh);
} catch (error) {
  process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = 1;
}

async function buildUnlessFresh() {
  const inputs = await digestOfInputs(); // before the build: an edit made meanwhile makes the next run build again
  if (!forced && (await isFresh(inputs))) return; // another process has just built it
  const stage = join(WORK, "stage");
  const library = join(stage, "library");
  const command = join(stage, "cli");
  await rm(stage, { recursive: true, force: true }); // a killed build leaves one
  await Promise.all([emitLibrary(library), bundleCommand(command)]);
  await rm(join(library, "src", "cli"), { recursive: true, force: true });
  await rename(command, join(library, "cli"));
  const files = await moveIntoDist(library);
  await writeFile(STAMP, JSON.stringify({ inputs, files }));
  await rm(stage, { recursive: true, force: true });
}

/** tsc checks src and adapters and emits ESM and declarations. Its complaints are shown as they are. */
async function emitLibrary(outDir) {
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  try {
    await promisify(execFile)(process.execPath, [tsc, "--outDir", outDir], { cwd: ROOT, maxBuffer: 1 << 26 });
  } catch (error) {
    process.stderr.write(error.stdout || error.stderr || `${error}\n`);
    throw new Error("tsc found errors in src/ or adapters/; dist/ is left as it was");
  }
}

/** The command: a small entry, chunks that load when needed, and the notices of what was bundled. */
async function bundleCommand(outdir) {
  const esbuild = await import("esbuild");
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const { metafile, outputFiles } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: ["src/cli/hall.ts"],
    outdir,
    outExtension: { ".js": ".mjs" },
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    minify: true,
    legalComments: "external",
    external: EXTERNAL,
    define: { HALL_VERSION: JSON.stringify(version) },
    plugins: [{ name: "left out", setup: leaveOut }],
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  refuseLazyCommonJs(metafile.inputs);
  await mkdir(outdir, { recursive: true });
  for (const { path, text } of outputFiles) await writeFile(path, asModule(text));
  const command = join(outdir, "hall.mjs");
  const entry = await readFile(command, "utf8");
  await writeFile(command, entry.startsWith("#!") ? entry : SHEBANG + entry);
  await chmod(command, 0o755);
  await writeFile(join(outdir, "THIRD-PARTY-NOTICES.txt"), await notices(Object.keys(metafile.inputs)));
}

/** Puts what stands in for them in the place of the modules that are left out. */
function leaveOut(build) {
  for (const [filter, contents] of LEFT_OUT) build.onLoad({ filter }, () => ({ contents, loader: "js" }));
  // Commander starts subcommands that are programs of their own; there are none.
  build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
    importer.includes("commander") ? { path: "child_process", namespace: "left-out" } : undefined,
  );
  build.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({ contents: "module.exports = {}" }));
}

/** A bundled `import()` of a CommonJS file has only `default`, where Node gives the names too: caught here, not by a user. */
function refuseLazyCommonJs(inputs) {
  for (const [file, { imports }] of Object.entries(inputs)) {
    const lazy = imports.find(
      ({ kind, path }) => kind === "dynamic-import" && inputs[path]?.format === "cjs",
    );
    if (lazy === undefined || !file.startsWith("src/")) continue;
    throw new Error(
      `${file} loads ${lazy.original} by import(); import it in a file of its own and load that file`,
    );
  }
}

/** CommonJS packages call `require` for Node's own modules; only a chunk that asks for it gets one made. */
function asModule(text) {
  if (!text.includes("typeof require<")) return text;
  return text.startsWith("#!") ? text.replace("\n", `\n${REQUIRE}`) : REQUIRE + text;
}

/** Name, version and licence text of every package that went into the bundle. */
async function notices(inputs) {
  const packages = new Set(inputs.map((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]));
  packages.delete(undefined);
  const parts = [];
  for (const folder of [...packages].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8"));
    const file = (await readdir(join(ROOT, folder))).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    const text = file === undefined ? "" : `\n${(await readFile(join(ROOT, folder, file), "utf8")).trim()}\n`;
    parts.push(`${name} ${version} (${license})\n${text}`);
  }
  return `The files in this folder contain code of these packages.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

/**
 * Moves each file by a rename, so that a program starting now finds every file it needs: chunks first, the command
 * that names them last, then what is stale goes. Returns the paths, relative to dist/.
 */
async function moveIntoDist(from) {
  const files = await filesUnder(from);
  files.sort((a, b) => Number(a === "cli/hall.mjs") - Number(b === "cli/hall.mjs"));
  for (const file of files) {
    await mkdir(dirname(join(DIST, file)), { recursive: true });
    await rename(join(from, file), join(DIST, file));
  }
  const wanted = new Set(files);
  for (const file of await filesUnder(DIST)) {
    if (!wanted.has(file) && file !== ".build") await unlink(join(DIST, file));
  }
  return files;
}

async function isFresh(inputs) {
  try {
    const stamp = JSON.parse(await readFile(STAMP, "utf8"));
    if (!stamp.files.every((file) => existsSync(join(DIST, file)))) return false;
    return stamp.inputs === (inputs ?? (await digestOfInputs()));
  } catch {
    return false; // no stamp, or one that another version of this script wrote
  }
}

async function digestOfInputs() {
  const hash = createHash("sha256");
  for (const input of INPUTS) {
    const path = join(ROOT, input);
    const isFolder = (await stat(path)).isDirectory();
    const files = isFolder ? (await filesUnder(path)).map((file) => join(path, file)) : [path];
    for (const file of files.sort()) {
      hash.update(`${relative(ROOT, file)}\0`).update(
        createHash("sha256")
          .update(await readFile(file))
          .digest(),
      );
    }
  }
  return hash.digest("hex");
}

async function filesUnder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) =>
    relative(folder, join(entry.parentPath ?? entry.path, entry.name)).replaceAll(sep, "/"),
  );
}

/** One build at a time. A lock whose process is gone is taken over. */
async function underLock(job) {
  await mkdir(WORK, { recursive: true });
  const lock = join(WORK, "lock");
  const mine = join(WORK, `lock-${process.pid}`);
  await writeFile(mine, String(process.pid));
  try {
    while (!(await take(lock, mine))) await sleep(50);
    try {
      await job();
    } finally {
      await rm(lock, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** A hard link appears with its content, so no lock is ever seen without the id of its process. */
async function take(lock, mine) {
  try {
    await link(mine, lock);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  const owner = Number(await readFile(lock, "utf8").catch(() => process.pid));
  if (!isAlive(owner)) await rm(lock, { force: true });
  return false;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

import { extname } from "node:path";
import type { BuildFailure, BuildOptions, Message, Metafile } from "esbuild";
import { HOUSE_ENTRY, isHouseInput } from "./houseModules.js";
import type { BuildProblem } from "./problem.js";
import { HANDLER_IMPORTS, SKILL_NAMESPACE, skillPlugin } from "./resolveImport.js";
import type { SkillFiles } from "./skillFiles.js";

/** One handler as one ESM text that imports `node:` modules alone, or what is wrong with its code. */
export type Bundle =
  | { readonly ok: true; readonly source: Uint8Array; readonly warnings: readonly BuildProblem[] }
  | { readonly ok: false; readonly problems: readonly BuildProblem[] };

const REMEDIES: Readonly<Record<string, string>> = {
  "unsupported-dynamic-import": "Name the module in a literal, or import it at the top of the file",
  "unsupported-require-call": "Name the module in a literal",
  "indirect-require": "Call require() directly, or import the module",
};

/** Everything that decides the bytes is set here; nothing is left to a file or variable outside the skill. */
const OPTIONS = {
  bundle: true,
  write: false,
  metafile: true,
  outfile: "handler.mjs",
  format: "esm",
  platform: "node",
  target: "node20",
  charset: "utf8",
  legalComments: "none",
  sourcemap: false,
  treeShaking: true,
  minifyWhitespace: true, // path comments go only this way; names stay, for stack traces
  minifyIdentifiers: false,
  minifySyntax: false,
  mainFields: ["module", "main"],
  conditions: ["module"],
  resolveExtensions: [".ts", ".mts", ".js", ".mjs", ".cjs", ".json"],
  nodePaths: [],
  tsconfigRaw: {},
  logLevel: "silent",
  logLimit: 0,
  logOverride: Object.fromEntries(Object.keys(REMEDIES).map((id) => [id, "error"])),
} as const satisfies BuildOptions;

/** esbuild's stand-in for a require() that it couldn't bundle, as for require.resolve: it would throw when it runs. */
const REQUIRE_SHIM = "throw Error('Dynamic require of \"'";

/** Bundles the handler whose file is `entry`, relative to the skill and within it (`files.resolve`). */
export function bundleHandler(files: SkillFiles, entry: string): Promise<Bundle> {
  return bundle(files, entry, entry, "");
}

/** Bundles a module that the builder wrote, around the skill's own `file`, which is what any problem is about. */
export function bundleAround(files: SkillFiles, file: string, text: string): Promise<Bundle> {
  return bundle(files, file, HOUSE_ENTRY, text);
}

async function bundle(files: SkillFiles, entry: string, point: string, text: string): Promise<Bundle> {
  const { build } = await import("esbuild");
  try {
    const result = await build({
      ...OPTIONS,
      absWorkingDir: files.root,
      entryPoints: [point],
      plugins: [skillPlugin(files, text)],
    });
    const source = result.outputFiles[0]?.contents;
    const output = Object.values(result.metafile.outputs)[0];
    if (source === undefined || output === undefined) throw new Error("esbuild gave no output");
    assertConfined(files, result.metafile);
    if (!output.exports.includes("default")) return { ok: false, problems: [noDefaultExport(entry)] };
    if (Buffer.from(source).includes(REQUIRE_SHIM)) return { ok: false, problems: [requireLeft(entry)] };
    return { ok: true, source, warnings: result.warnings.map((message) => problemOf(message, entry)) };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return { ok: false, problems: error.errors.map((message) => problemOf(message, entry)) };
  }
}

/** The bundler's version, which the certificate names: "same input, same bytes" holds for one toolchain. */
export async function bundlerVersion(): Promise<string> {
  return (await import("esbuild")).version;
}

/** The plugin has decided already; this asks esbuild's own account whether anything went around it. */
function assertConfined(files: SkillFiles, { inputs, outputs }: Metafile): void {
  const read = new Set(files.inputs().map(({ path }) => `${SKILL_NAMESPACE}:${path}`));
  for (const path of Object.keys(inputs))
    if (!read.has(path) && !isHouseInput(path) && !HANDLER_IMPORTS.has(path.replace(/^builtin:/, "")))
      throw new Error(`esbuild read ${path}, which isn't the skill's`);
  for (const { path, kind } of Object.values(outputs).flatMap((output) => output.imports))
    if (kind !== "import-statement" || !HANDLER_IMPORTS.has(path))
      throw new Error(`the bundle has ${kind} of ${path}, which handlers may not use`);
}

function noDefaultExport(entry: string): BuildProblem {
  const ts = [".ts", ".mts"].includes(extname(entry));
  const types = ts ? ["input: Input", "context: Context"] : ["input", "context"];
  return {
    file: entry,
    message: "no default export",
    remedy: `Write: export default async function (${types.join(", ")}) { … }`,
  };
}

function requireLeft(entry: string): BuildProblem {
  return {
    file: entry,
    message: "a use of require that can't be bundled, in it or in what it imports",
    remedy: "Import modules; require.resolve and require.main don't exist in a bundle",
  };
}

function problemOf({ id, text, location, detail }: Message, entry: string): BuildProblem {
  const file = location?.file.replace(`${SKILL_NAMESPACE}:`, "") ?? entry;
  return {
    file,
    ...(location === null ? {} : { line: location.line }),
    message: text,
    remedy: typeof detail === "string" ? detail : (REMEDIES[id] ?? "Correct the code here"),
  };
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

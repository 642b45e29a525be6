import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, extname, join } from "node:path";
import type { Loader, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import { HANDLER_MODULES } from "../protocol/modules.js";
import { HOUSE_ENTRY, HOUSE_NAMESPACE, loadHouse, resolveHouse } from "./houseModules.js";
import { InputRefused, type SkillFiles } from "./skillFiles.js";

/** esbuild's name for the files of the skill. Not "file": so no package.json or tsconfig above them has a say. */
export const SKILL_NAMESPACE = "skill";
const REQUIRED_BUILTIN = "builtin";

/** The modules that a bundle may import when it runs. */
export const HANDLER_IMPORTS: ReadonlySet<string> = new Set(HANDLER_MODULES);

const LOADERS: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".json": "json",
};

const KINDS: readonly string[] = ["import-statement", "dynamic-import", "require-call"];

/**
 * The esbuild plugin that decides what may go into a bundle: files of the skill, a few `node:` modules, and what the
 * builder supplies. `entry` is the text of {@link HOUSE_ENTRY}, where that is what is bundled.
 */
export function skillPlugin(files: SkillFiles, entry = ""): Plugin {
  return {
    name: "skill",
    setup(build) {
      loadHouse(build, files.root, entry, hasZod(files));
      build.onResolve({ filter: /.*/ }, (args) => resolveImport(build, files, args));
      build.onLoad({ filter: /.*/, namespace: SKILL_NAMESPACE }, ({ path }) =>
        refusable(() => ({ ...loadFile(files, path), resolveDir: dirname(join(files.root, path)) })),
      );
      // CommonJS packages require() what an ESM bundle can only import
      build.onLoad({ filter: /.*/, namespace: REQUIRED_BUILTIN }, ({ path }) => ({
        contents: `import module_ from ${JSON.stringify(path)}; module.exports = module_;`,
        loader: "js",
      }));
    },
  };
}

const ASKED_BY_US = Symbol("asked by us");

async function resolveImport(
  build: PluginBuild,
  files: SkillFiles,
  args: OnResolveArgs,
): Promise<OnResolveResult | undefined> {
  if (args.pluginData === ASKED_BY_US) return undefined;
  if (args.kind === "entry-point")
    return args.path === HOUSE_ENTRY
      ? { path: HOUSE_ENTRY, namespace: HOUSE_NAMESPACE }
      : { path: files.resolve(args.path), namespace: SKILL_NAMESPACE };
  const supplied = await resolveHouse(build, args, ASKED_BY_US);
  if (supplied !== undefined) return supplied;
  if (args.namespace === REQUIRED_BUILTIN) return { path: args.path, external: true };
  return refusable(async () => {
    checkForm(args);
    if (isBuiltin(args.path) || args.path.startsWith("node:")) return resolveBuiltin(args);
    return await resolveFile(build, files, args);
  });
}

function checkForm({ kind, path, with: attributes }: OnResolveArgs): void {
  if (!KINDS.includes(kind)) throw new InputRefused(`${kind} of "${path}"`, "Import the module instead");
  if (Object.entries(attributes).some(([name, value]) => name !== "type" || value !== "json"))
    throw new InputRefused(`"${path}" imported with an attribute`, 'Only with { type: "json" } is known');
  if (path === "wcp-hall" || path.startsWith("wcp-hall/"))
    throw new InputRefused(`"${path}" can't be imported by a handler`, "Only wcp-hall/skill is for skills");
}

function resolveBuiltin({ path, kind }: OnResolveArgs): OnResolveResult {
  const name = path.startsWith("node:") ? path : `node:${path}`;
  if (!HANDLER_IMPORTS.has(name))
    throw new InputRefused(
      `imports "${path}", which handlers may not use`,
      `Do without it. A handler may import ${HANDLER_MODULES.join(", ")}`,
    );
  if (kind === "dynamic-import")
    throw new InputRefused(`import("${path}") while running`, "Import it at the top of the file");
  if (kind === "require-call") return { path: name, namespace: REQUIRED_BUILTIN };
  return { path: name, external: true, sideEffects: false };
}

async function resolveFile(
  build: PluginBuild,
  files: SkillFiles,
  args: OnResolveArgs,
): Promise<OnResolveResult> {
  const { path, kind, resolveDir } = args;
  if (path.startsWith("#") && !hasPackageJson(files.root, resolveDir))
    throw new InputRefused(`no package.json of the skill declares "${path}"`, "Import the file by its path");
  const importer = join(files.root, args.importer);
  const found = await build.resolve(path, {
    kind,
    resolveDir,
    importer,
    namespace: "file",
    pluginData: ASKED_BY_US,
  });
  if (found.errors.length > 0 || found.external || found.namespace !== "file" || found.suffix !== "")
    throw new InputRefused(`"${path}" isn't found in the skill`, howToSupply(path));
  const within = refineRefusal(path, () => files.resolve(found.path));
  const ofPackage = within.split("/").includes("node_modules");
  if (!ofPackage && !/^(?:\.|\/|#)/.test(path))
    throw new InputRefused(
      `"${path}" names the skill's own file like a package`,
      "Import the file by its path",
    );
  refineRefusal(path, () => loaderOf(within));
  // what a package.json above the skill says of side effects must not change the bytes
  return { path: within, namespace: SKILL_NAMESPACE, sideEffects: ofPackage ? found.sideEffects : true };
}

function howToSupply(path: string): string {
  return /^[./#]/.test(path)
    ? "Create the file, or correct the path"
    : "Install the package in the skill's own node_modules; the Hall installs nothing";
}

/** Whether the skill's code, as far as it was read, has zod. */
function hasZod(files: SkillFiles): boolean {
  return files.inputs().some(({ path }) => /(?:^|\/)node_modules\/zod\//.test(path));
}

function hasPackageJson(root: string, from: string): boolean {
  for (let dir = from; dir.length >= root.length; dir = dirname(dir)) {
    if (existsSync(join(dir, "package.json"))) return true;
    if (dirname(dir) === dir) break;
  }
  return false;
}

function loadFile(files: SkillFiles, path: string): { contents: Uint8Array; loader: Loader } {
  const loader = loaderOf(path);
  const { bytes } = files.read(path);
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputRefused(`${path} isn't UTF-8 text`, "Save it as UTF-8");
  }
  return { contents: bytes, loader };
}

/** The loader for a file by its extension. Throws InputRefused for native addons, WebAssembly and all else. */
export function loaderOf(path: string): Loader {
  const extension = extname(path);
  const loader = LOADERS[extension];
  if (loader !== undefined) return loader;
  const what = extension === ".node" ? "a native addon" : `a ${extension || "nameless"} file`;
  throw new InputRefused(
    `it is ${what}`,
    `A handler is built from ${Object.keys(LOADERS).join(", ")} files only`,
  );
}

function refineRefusal<T>(path: string, job: () => T): T {
  try {
    return job();
  } catch (error) {
    if (error instanceof InputRefused) throw new InputRefused(`"${path}": ${error.message}`, error.remedy);
    throw error;
  }
}

async function refusable<T extends object>(job: () => T | Promise<T>) {
  try {
    return await job();
  } catch (error) {
    if (error instanceof InputRefused) return { errors: [{ text: error.message, detail: error.remedy }] };
    throw error;
  }
}

import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { OnResolveArgs, OnResolveResult, PluginBuild } from "esbuild";
import { COLLECTOR } from "./collector.js";
import { HANDLER, SKILL_ENTRY } from "./supplied.js";

/** esbuild's name for the modules that the builder supplies. A skill's code gets none of them but `wcp-hall/skill`. */
export const HOUSE_NAMESPACE = "hall";
/** And for files of packages of the Hall's own that those use. */
const PACKAGE_NAMESPACE = "hall-package";

export const SKILL_ENTRY_NAME = "wcp-hall/skill";
/** The entry of a bundle whose text the builder writes. */
export const HOUSE_ENTRY = "hall:entry";

/** The only package of the Hall's own that goes into a bundle: into the one that collects, never into an artifact. */
const ZOD3_CONVERTER = "zod-to-json-schema";
/** Of the skill's own zod; before 3.25 it has none. */
const ZOD4_CORE = "zod/v4/core";
const NO_ZOD4 = "hall:no-zod4";
const HERE = dirname(fileURLToPath(import.meta.url));

/** The text of a supplied module; `entry` is that of hall:entry, `hasZod` whether the skill has a zod to ask. */
function moduleText(name: string, entry: string, hasZod: boolean): string | undefined {
  switch (name) {
    case HOUSE_ENTRY:
      return entry;
    case SKILL_ENTRY_NAME:
      return SKILL_ENTRY;
    case "hall:handler":
      return HANDLER;
    case "hall:collector":
      return COLLECTOR;
    case "hall:zod3":
      return `export { ignoreOverride, zodToJsonSchema } from "${ZOD3_CONVERTER}"`;
    case "hall:zod4":
      return `export { toJSONSchema, version } from "${hasZod ? ZOD4_CORE : NO_ZOD4}"`;
    case NO_ZOD4:
      return "export const toJSONSchema = undefined, version = undefined;";
    case "zod/v3": // its converter needs only the names of kinds, which are their own values
      return "export const ZodFirstPartyTypeKind = new Proxy({}, { get: (_, kind) => kind });";
    default:
      return undefined;
  }
}

/** What a supplied module, or a package that one uses, imports; undefined where that is the skill's to answer. */
export async function resolveHouse(
  build: PluginBuild,
  { path, kind, importer, namespace, resolveDir }: OnResolveArgs,
  pluginData: unknown,
): Promise<OnResolveResult | undefined> {
  const ofPackage = namespace === PACKAGE_NAMESPACE;
  const isInternal = path.startsWith("hall:") && namespace === HOUSE_NAMESPACE;
  if (isInternal || path === SKILL_ENTRY_NAME || (ofPackage && path === "zod/v3"))
    return { path, namespace: HOUSE_NAMESPACE, sideEffects: false };
  if (namespace === HOUSE_NAMESPACE && path === ZOD4_CORE) {
    const { errors } = await build.resolve(path, { kind, resolveDir, namespace: "file", pluginData });
    return errors.length === 0 ? undefined : { path: NO_ZOD4, namespace: HOUSE_NAMESPACE };
  }
  const wantsConverter = namespace === HOUSE_NAMESPACE && path === ZOD3_CONVERTER;
  if (!ofPackage && !wantsConverter) return undefined;
  const from = ofPackage ? { importer, resolveDir } : { importer: HERE, resolveDir: HERE };
  const found = await build.resolve(path, { kind, ...from, namespace: "file", pluginData });
  return { path: found.path, errors: found.errors, namespace: PACKAGE_NAMESPACE, sideEffects: false };
}

/** Lets esbuild load what {@link resolveHouse} found. */
export function loadHouse(build: PluginBuild, root: string, entry: string, hasZod: boolean): void {
  build.onLoad({ filter: /.*/, namespace: HOUSE_NAMESPACE }, ({ path }) => {
    const contents = moduleText(path, entry, hasZod);
    return contents === undefined ? undefined : { contents, loader: "js", resolveDir: root };
  });
  build.onLoad({ filter: /.*/, namespace: PACKAGE_NAMESPACE }, ({ path }) => ({
    contents: readFileSync(path),
    loader: "js",
    resolveDir: dirname(path),
  }));
}

/** Whether esbuild's account of an input is of something that the builder supplied. */
export function isHouseInput(path: string): boolean {
  return path.startsWith(`${HOUSE_NAMESPACE}:`) || path.startsWith(`${PACKAGE_NAMESPACE}:`);
}

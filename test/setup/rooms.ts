import { builtinModules } from "node:module";
import { posix } from "node:path";
import { COMPUTED, type Import, type Source } from "./source.js";

/*
 * Who may import whom, and what else keeps the rooms apart. Values run downwards by this table; types, which leave
 * nothing behind, may come from any room below. Siblings don't know each other.
 *
 *   5  mcp  http  cli  adapters/*              values from 4 (cli and testing only), 3, protocol; cli loads mcp and
 *      skill  testing                          http by import()
 *   4  lifecycle                               values from 0 to 3
 *   3  hall  registry  compat                  values from 0 to 2 (registry and compat also from hall's public face)
 *   2  attest  build  records  remote  run     values from protocol and evidence
 *   1  decide  compile  evidence               values from protocol
 *   0  protocol                                zod, and createHash of node:crypto
 */
const LAYERS = [
  ["protocol"],
  ["decide", "compile", "evidence"],
  ["attest", "build", "records", "remote", "run"],
  ["hall", "registry", "compat"],
  ["lifecycle"],
  ["mcp", "http", "cli", "skill", "testing"],
] as const;

const HALL_PUBLIC_FACE = ["src/hall/open.ts", "src/hall/types.ts"];

/** Every third-party package has one home. A name that ends in `/` stands for its whole scope. */
const HOMES: Readonly<Record<string, string>> = {
  zod: "protocol",
  ajv: "compile",
  "ajv-formats": "compile",
  re2js: "compile",
  yaml: "build",
  esbuild: "build",
  kysely: "records",
  "@photostructure/sqlite": "records",
  keyv: "records",
  "@modelcontextprotocol/sdk": "mcp",
  hono: "http",
  "@hono/": "http",
  commander: "cli",
  langchain: "adapters/langchain",
  "@langchain/": "adapters/langchain",
  ai: "adapters/vercel-ai",
  "@ai-sdk/": "adapters/vercel-ai",
  openai: "adapters/openai",
};

/** What layers 0 and 1 take from Node: pure functions of their arguments. */
const HASHING = ["createHash"];
const PURE_CRYPTO: Readonly<Record<string, readonly string[]>> = {
  protocol: HASHING,
  decide: HASHING,
  compile: HASHING,
  evidence: [...HASHING, "createPublicKey", "createPrivateKey", "sign", "verify"],
};

/** I/O, clock, randomness, environment: what layers 0 and 1 never name. `new Date(ms)` is pure. */
const IMPURE = new Set([
  ...["process", "console", "fetch", "crypto", "performance", "globalThis", "require", "eval"],
  ...["setTimeout", "setInterval", "setImmediate", "Date.now", "new Date()", "Date()", "Math.random"],
]);

/** Files beside src/cli and src/compat that read the environment, and why. */
const ENVIRONMENT_READERS: Readonly<Record<string, string>> = {
  "src/hall/open.ts": "the composition root",
};

/** Files that load a package by require, at its first use and without an await, and why. */
const LAZY_REQUIRES: Readonly<Record<string, string>> = {
  "src/compile/pattern.ts": "re2js takes 9 ms to load, and most starts meet no pattern",
};

const CEILING = 400;
/** Files with a ceiling of their own: the gate is meant to be read in one sitting; tables are data. */
const CEILINGS: Readonly<Record<string, number>> = { "src/hall/gate.ts": 150 };

/** The public entries of the package, as examples and skills name them. */
export type Surroundings = { readonly entries: readonly string[]; readonly dependencies: readonly string[] };

type Check = (source: Source, around: Surroundings) => readonly string[];

/** The rules by name; each gives a line for every breach in one file. */
export const RULES: Readonly<Record<string, Check>> = {
  "imports run downwards": eachImport(isHouse, relativeBreach),
  "a third-party package has one home": eachImport(isHouse, packageBreach),
  "layers 0 and 1 take only pure functions from Node": eachImport(isPure, builtinBreach),
  "layers 0 and 1 never name I/O, clock or randomness": (source) =>
    isPure(source.path)
      ? eachMention(source, (name) => IMPURE.has(name) && !isLazyRequire(name, source.path), "is impure")
      : [],
  "the environment is read in open.ts, cli and compat": (source) =>
    readsEnvironment(source.path) ? [] : eachMention(source, isEnvironment, "reads the environment"),
  "no import is hidden from this test": eachImport(() => true, hiddenBreach),
  "skills and examples use the public entries": eachImport((path) => !isHouse(path), outsideBreach),
  "a file stays short": ({ path, lines }) => {
    const ceiling = CEILINGS[path] ?? CEILING;
    return lines > ceiling ? [`${path} has ${lines} lines, over ${ceiling}`] : [];
  },
};

/** Every test under a room's name stands beside a file or a folder of that room. Gives the ones that don't. */
export function unmirrored(tests: readonly string[], sources: readonly string[]): readonly string[] {
  const known = new Set(sources.map((path) => path.replace(/\.\w+$/, "")));
  for (const path of [...known]) known.add(posix.dirname(path));
  return tests.filter((path) => {
    const [, folder, ...rest] = path.split("/");
    if (rest.length === 0 || FREE_FOLDERS.has(folder ?? "")) return false;
    const inside = path.slice("test/".length).replace(/\.test\.ts$/, "");
    return !known.has(`src/${inside}`) && !known.has(inside); // adapters and skills lie beside src
  });
}

/** Test folders that mirror nothing: what crosses rooms, takes long, or only serves tests. */
const FREE_FOLDERS = new Set(["integration", "golden", "laws", "long", "bench", "setup", "surfaces"]);

type Breach = (it: Import, path: string, around: Surroundings) => string | undefined;

function eachImport(applies: (path: string) => boolean, breach: Breach): Check {
  return ({ path, imports }, around) =>
    imports.flatMap((it) => {
      const found = applies(path) ? breach(it, path, around) : undefined;
      return found === undefined ? [] : [`${path}:${it.line} ${found}`];
    });
}

function eachMention(
  { path, mentions }: Source,
  unwanted: (name: string) => boolean,
  what: string,
): readonly string[] {
  return mentions
    .filter(({ name }) => unwanted(name))
    .map(({ name, line }) => `${path}:${line} ${name} ${what}`);
}

function relativeBreach(it: Import, path: string): string | undefined {
  if (!isRelative(it.from)) return undefined;
  const from = roomOf(path);
  const target = posix.join(posix.dirname(path), it.from).replace(/\.js$/, ".ts");
  const to = roomOf(target);
  if (from === to) return undefined;
  if (layerOf(from) < 0) return "stands in a room that the plan doesn't have";
  if (layerOf(to) < 0) return `imports ${it.from}, outside the rooms`;
  if (mayUseValues(from, to, target)) return undefined;
  if (from === "cli" && (to === "mcp" || to === "http") && (it.lazy || it.typeOnly)) return undefined;
  if (it.typeOnly && layerOf(to) < layerOf(from)) return undefined;
  return `${from} imports ${it.typeOnly ? "types" : "values"} from ${to}`;
}

function mayUseValues(from: string, to: string, target: string): boolean {
  const down = layerOf(to);
  switch (layerOf(from)) {
    case 1:
      return down === 0;
    case 2:
      return down === 0 || to === "evidence";
    case 3:
      return down < 3 || (from !== "hall" && HALL_PUBLIC_FACE.includes(target));
    case 4:
      return down < 4;
    case 5:
      return down === 0 || down === 3 || (down === 4 && (from === "cli" || from === "testing"));
    case 6:
      return down < 5; // the public names
    default:
      return false;
  }
}

function packageBreach(it: Import, path: string): string | undefined {
  if (isRelative(it.from) || isBuiltin(it.from) || it.from === COMPUTED) return undefined;
  const [scope = "", name] = it.from.split("/");
  const wanted = scope.startsWith("@") ? `${scope}/${name}` : scope;
  const home = HOMES[wanted] ?? HOMES[`${scope}/`];
  if (home === undefined) return `imports ${wanted}, which has no home in test/setup/rooms.ts`;
  return home === roomOf(path) ? undefined : `imports ${wanted}, whose home is ${home}`;
}

function builtinBreach(it: Import, path: string): string | undefined {
  if (!isBuiltin(it.from)) return undefined;
  if (it.from === "node:module" && path in LAZY_REQUIRES) return undefined;
  if (it.from !== "node:crypto") return `imports ${it.from}`;
  const pure = PURE_CRYPTO[roomOf(path)] ?? [];
  const taken = it.typeOnly ? [] : it.names.filter((name) => !pure.includes(name));
  return taken.length > 0 ? `takes ${taken.join(", ")} from node:crypto` : undefined;
}

function hiddenBreach(it: Import, path: string): string | undefined {
  if (it.from === COMPUTED) return "imports a computed name";
  if (it.names.includes("createRequire") && !(path in LAZY_REQUIRES)) return "makes a require";
  return /^(node:)?process$/.test(it.from) ? "imports process, which is a global" : undefined;
}

function isLazyRequire(name: string, path: string): boolean {
  return name === "require" && path in LAZY_REQUIRES;
}

function outsideBreach(it: Import, path: string, around: Surroundings): string | undefined {
  const own = path.split("/").slice(0, 2).join("/");
  if (isRelative(it.from)) {
    const target = posix.join(posix.dirname(path), it.from);
    return target.startsWith(`${own}/`) ? undefined : `imports ${it.from}, outside ${own}`;
  }
  if (isBuiltin(it.from) || it.from === COMPUTED || around.entries.includes(it.from)) return undefined;
  const depends = around.dependencies.some((name) => it.from === name || it.from.startsWith(`${name}/`));
  return depends && /^(?:examples|skills)\//.test(path)
    ? undefined
    : `imports ${it.from}, which is no public entry`;
}

function readsEnvironment(path: string): boolean {
  return !isHouse(path) || /^src\/(cli|compat)\//.test(path) || path in ENVIRONMENT_READERS;
}

function isEnvironment(name: string): boolean {
  return name === "process.env" || name === `process.${COMPUTED}` || name === "process.*";
}

function roomOf(path: string): string {
  const [top, room = ""] = path.split("/");
  if (top === "adapters") return `adapters/${room}`;
  if (top === "src") return room.endsWith(".ts") ? "index" : room;
  return top ?? "";
}

function layerOf(room: string): number {
  if (room === "index") return 6;
  return room.startsWith("adapters/")
    ? 5
    : LAYERS.findIndex((rooms) => (rooms as readonly string[]).includes(room));
}

function isPure(path: string): boolean {
  const layer = layerOf(roomOf(path));
  return layer === 0 || layer === 1;
}

function isHouse(path: string): boolean {
  return path.startsWith("src/") || path.startsWith("adapters/");
}

function isRelative(from: string): boolean {
  return from.startsWith(".");
}

function isBuiltin(from: string): boolean {
  return from.startsWith("node:") || builtinModules.includes(from);
}

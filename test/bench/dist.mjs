import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The built package: what is measured is what ships. `directory` is another build to look at, dist/ when left out. */
export function openDist(directory = join(ROOT, "dist")) {
  const path = (name) => join(resolve(directory), name);
  return {
    directory: resolve(directory),
    path,
    has: (name) => existsSync(path(join("src", name))) || existsSync(path(name)), // the command lies beside src
    load: (name) => import(pathToFileURL(path(join("src", name))).href),
  };
}

import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Where the built package lies. All paths are absolute. */
export type Dist = {
  readonly root: string;
  /** The command, to be started with `process.execPath`. */
  readonly cli: string;
  /** The package's entries, to be imported by a path or a file URL. */
  readonly index: string;
  readonly mcp: string;
};

const root = fileURLToPath(new URL("../..", import.meta.url));
let built: Promise<Dist> | undefined;

/** Builds what isn't built yet, once a test file; the build itself agrees with other processes and skips when fresh. */
export function dist(): Promise<Dist> {
  built ??= build();
  return built;
}

async function build(): Promise<Dist> {
  await promisify(execFile)(process.execPath, [join(root, "scripts/build.mjs")]);
  return {
    root,
    cli: join(root, "dist/cli/hall.mjs"),
    index: join(root, "dist/src/index.js"),
    mcp: join(root, "dist/src/mcp/index.js"),
  };
}

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "./failure.js";
import type { Host } from "./host.js";

/** The value of `--input`: JSON, `@FILE`, or `-` for stdin. Throws UsageError naming what is wrong with it. */
export async function readInput(
  input: string,
  { stdin, cwd }: Pick<Host, "stdin" | "cwd">,
): Promise<unknown> {
  const source = input === "-" ? "stdin" : input.startsWith("@") ? input.slice(1) : "--input";
  const json = await readSource(input, source, stdin, cwd);
  try {
    return JSON.parse(json);
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    throw new UsageError(
      `The arguments of the call aren't JSON (${source}): ${why}`,
      `Give an object in quotes: --input '{"query":"tea"}'`,
    );
  }
}

async function readSource(input: string, source: string, stdin: Host["stdin"], cwd: string): Promise<string> {
  if (input === "-") return (await import("node:stream/consumers")).text(stdin);
  if (!input.startsWith("@")) return input;
  try {
    return await readFile(resolve(cwd, source), "utf8");
  } catch {
    throw new UsageError(
      `--input names the file ${source}, which can't be read.`,
      "Check its path; @ goes before it.",
    );
  }
}

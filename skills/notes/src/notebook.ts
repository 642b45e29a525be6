import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What the Hall hands to a handler, as far as this skill uses it. `data_dir` is the skill's own, for one tenant. */
export type Context = {
  readonly signal: AbortSignal;
  readonly data_dir: string;
};

/** The notes, oldest first. A notebook that nobody has written to has none. */
export async function readNotes({ data_dir, signal }: Context): Promise<string[]> {
  try {
    const text = await readFile(notebook(data_dir), { encoding: "utf8", signal });
    return text.split("\n").filter((note) => note !== "");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

/** Adds one line at the end. */
export async function appendNote({ data_dir }: Context, note: string): Promise<void> {
  await appendFile(notebook(data_dir), `${note}\n`);
}

function notebook(directory: string): string {
  return join(directory, "notes.txt");
}

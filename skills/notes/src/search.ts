import { type Context, readNotes } from "./notebook.js";

const MAX_HITS = 100;

export default async function search(
  input: { query: string },
  context: Context,
): Promise<{ hits: string[] }> {
  const words = input.query.toLowerCase().split(/\s+/);
  const notes = await readNotes(context);
  const hits = notes.filter((note) => words.every((word) => note.toLowerCase().includes(word)));
  return { hits: hits.slice(0, MAX_HITS) };
}

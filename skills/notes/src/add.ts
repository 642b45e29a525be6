import { appendNote, type Context, readNotes } from "./notebook.js";

export default async function add(
  input: { text: string },
  context: Context,
): Promise<{ added: string; total: number }> {
  const notes = await readNotes(context);
  await appendNote(context, input.text);
  return { added: input.text, total: notes.length + 1 };
}

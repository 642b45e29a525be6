import { type Context, content, pause, text } from "./blocks.js";

export default async (_input: unknown, { progress }: Context) => {
  for (const done of [0, 50, 100]) {
    progress({ progress: done, total: 100 });
    await pause();
  }
  return content(text("Reported progress."));
};

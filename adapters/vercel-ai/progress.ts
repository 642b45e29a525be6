import type { Progress } from "../../src/protocol/outcome.js";
import type { Underway } from "./refusal.js";

/** A call as the SDK streams one: how far it has come, each time that it says so, and at last its value. */
export async function* streamed<T>(
  call: (onProgress: (at: Progress) => void) => Promise<T>,
): AsyncGenerator<Underway | T, void, undefined> {
  const heard: Underway[] = [];
  let wake = () => {};
  let isOver = false;
  const over = call((at) => {
    heard.push({ hall: { outcome: "running", ...at } });
    wake();
  }).finally(() => {
    isOver = true;
    wake();
  });
  over.catch(() => {}); // thrown below, once what was heard before it is told
  for (;;) {
    for (let at = heard.shift(); at !== undefined; at = heard.shift()) yield at;
    if (isOver) return yield await over;
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (isOver || heard.length > 0) resolve();
    });
  }
}

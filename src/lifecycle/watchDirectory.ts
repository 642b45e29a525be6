import { watch } from "node:fs";
import { sep } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Changes under a directory, gathered: an editor saves in several steps. */
export type Changes = {
  /** True after the next change, at once if there was one meanwhile; false when watching has ended. */
  next(): Promise<boolean>;
  close(): void;
};

const SETTLE_MS = 100;
/** What a skill isn't built from, or changes by itself. */
const IGNORED: ReadonlySet<string> = new Set(["dist", "node_modules", ".git", ".hall"]);

/** Watches a directory and everything below it until the signal. Throws when it isn't there. */
export function watchDirectory(dir: string, signal: AbortSignal): Changes {
  let isDirty = false;
  let isOver = signal.aborted;
  let wake: () => void = () => {};
  const end = () => {
    isOver = true;
    wake();
  };
  const watcher = watch(dir, { recursive: true }, (_, name) => {
    if (name !== null && IGNORED.has(name.split(sep)[0] ?? "")) return;
    isDirty = true;
    wake();
  });
  watcher.on("error", end);
  signal.addEventListener("abort", end, { once: true });

  return {
    async next() {
      while (!isDirty && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      while (isDirty && !isOver) {
        isDirty = false;
        await pause(SETTLE_MS, undefined, { signal }).catch(() => {});
        if (!isDirty) return !isOver;
      }
      return false;
    },
    close() {
      isOver = true;
      signal.removeEventListener("abort", end);
      watcher.close();
    },
  };
}

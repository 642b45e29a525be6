import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { basename, join, relative, sep } from "node:path";
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
  const stop = watchTree(dir, end, () => {
    isDirty = true;
    wake();
  });
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
      stop();
    },
  };
}

/**
 * Watches each directory for itself, and looks for new ones at every change. Node's own recursive watch follows files
 * where the system has none: it loses one as soon as an editor saves it by renaming another into its place.
 */
function watchTree(root: string, onEnd: () => void, onChange: () => void): () => void {
  const watchers = new Map<string, { readonly watcher: FSWatcher; readonly inode: number }>();
  const drop = (dir: string) => {
    watchers.get(dir)?.watcher.close();
    watchers.delete(dir);
  };
  const add = (dir: string) => {
    const inode = statSync(dir).ino;
    if (watchers.get(dir)?.inode === inode) return;
    drop(dir);
    const watcher = watch(dir, (_, name) => {
      if (name !== null && isIgnored(root, join(dir, name))) return;
      if (name === basename(dir)) drop(dir); // so it is told that the directory itself went, and perhaps came again
      follow();
      onChange();
    });
    watcher.on("error", () => {
      drop(dir);
      if (dir === root) onEnd();
    });
    watchers.set(dir, { watcher, inode });
  };
  const follow = () => {
    const there = directoriesIn(root);
    for (const dir of watchers.keys()) if (!there.has(dir) && dir !== root) drop(dir);
    for (const dir of there) {
      try {
        add(dir);
      } catch {
        // gone again: whoever removed it made a change that its parent tells of
      }
    }
  };
  add(root);
  follow();
  return () => {
    for (const dir of watchers.keys()) drop(dir);
  };
}

/** A directory and those below it. Links aren't followed: a skill is built from its own files. */
function directoriesIn(root: string): ReadonlySet<string> {
  const found = new Set([root]);
  for (const dir of found) {
    for (const entry of entriesOf(dir)) {
      const path = join(dir, entry.name);
      if (entry.isDirectory() && !isIgnored(root, path)) found.add(path);
    }
  }
  return found;
}

function entriesOf(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return []; // it went away, or can't be read: then nothing is built from it either
  }
}

function isIgnored(root: string, path: string): boolean {
  return IGNORED.has(relative(root, path).split(sep)[0] ?? "");
}

/** How often a running Hall looks whether another process wrote (issue A; platform.md section 3). */
const POLL_MS = 250;

/** Tells of changes that any process made to what may run. */
export type Watch = {
  /** Calls `fn` after each change until the returned function is called. Watching keeps no process alive. */
  subscribe(fn: () => void): () => void;
  close(): void;
};

/** Polls `version` while somebody listens; a version that can't be read counts as a change. */
export function openWatch(version: () => string): Watch {
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let last: string | undefined;

  const look = () => {
    const now = read(version);
    if (now !== undefined && now === last) return;
    last = now;
    for (const fn of [...listeners]) fn();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    subscribe(fn) {
      const listener = () => fn(); // the same function may subscribe twice
      listeners.add(listener);
      if (timer === undefined) {
        last = read(version);
        timer = setInterval(look, POLL_MS);
        timer.unref();
      }
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) stop();
      };
    },
    close() {
      listeners.clear();
      stop();
    },
  };
}

function read(version: () => string): string | undefined {
  try {
    return version();
  } catch {
    return undefined;
  }
}

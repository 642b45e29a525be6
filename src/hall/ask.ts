/** How long gathering may wait for all its answers together (formats.md, Numbers). */
export const GATHER_MS = 2_000;

/**
 * One question to something that may throw, answer garbage or nothing, or never answer.
 * `read` turns the answer into the expected type or throws. All of those give "unknown", and unknown denies.
 */
export async function ask<T>(
  question: () => unknown,
  read: (answer: unknown) => T,
  deadline: Promise<never>,
): Promise<T | "unknown"> {
  try {
    const answer = question();
    return read(isThenable(answer) ? await Promise.race([answer, deadline]) : answer);
  } catch {
    return "unknown";
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** `promise`, or a rejection once `ms` have passed. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const { deadline, cancel } = deadlineAfter(ms);
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    cancel();
  }
}

/** A promise that rejects after `ms`; `cancel` ends its timer. It never rejects unhandled. */
export function deadlineAfter(ms: number): { deadline: Promise<never>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), ms);
  });
  deadline.catch(() => {});
  return { deadline, cancel: () => clearTimeout(timer) };
}

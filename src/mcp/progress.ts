import type { Progress } from "../protocol/outcome.js";

/** Reports of one running call on their way to the client. */
export type ProgressSender = {
  report(progress: Progress): void;
  /** No report is taken any more; settles when the last one has been sent, so none follows the result. */
  end(): Promise<void>;
};

/**
 * Sends reports one after the other. While one is under way only the newest waits, so a busy handler with a slow
 * client costs no memory. A report that doesn't increase is dropped, as MCP asks (Progress: "MUST increase").
 * `send` must not reject.
 */
export function progressSender(send: (progress: Progress) => Promise<void>): ProgressSender {
  let highest = Number.NEGATIVE_INFINITY;
  let waiting: Progress | undefined;
  let sending: Promise<void> | undefined;
  let ended = false;

  async function sendAll(): Promise<void> {
    while (waiting !== undefined) {
      const progress = waiting;
      waiting = undefined;
      await send(progress);
    }
    sending = undefined;
  }

  return {
    report(progress) {
      if (ended || !Number.isFinite(progress.progress) || progress.progress <= highest) return;
      highest = progress.progress;
      waiting = progress;
      sending ??= sendAll();
    },
    async end() {
      ended = true;
      await sending;
    },
  };
}

/** The reason that an abort carries when standing moved under a running call; the runner reports it as its code. */
export const REVOKED_IN_FLIGHT = "REVOKED_IN_FLIGHT";

/** One call and the one way to stop it: AbortSignal.any over several costs more than all of gathering. */
export type RunningCall = { readonly controller: AbortController; readonly end: () => void };

/** The calls that run in this process right now, so that a revoke reaches them. */
export type RunningCalls = {
  /**
   * Registers a call. Its one controller is aborted from the start when the call may no longer run by now, and aborts
   * when `mayStillRun` turns false or the client gives up; `end` forgets it.
   */
  begin(mayStillRun: () => boolean, client?: AbortSignal): RunningCall;
  /** Asks every running call again and aborts those that may no longer run. */
  sweep(): void;
};

export function makeRunningCalls(): RunningCalls {
  const calls = new Map<AbortController, () => boolean>();
  return {
    begin(mayStillRun, client) {
      const controller = new AbortController();
      const cancel = () => controller.abort(client?.reason);
      if (client?.aborted) cancel();
      client?.addEventListener("abort", cancel, { once: true });
      calls.set(controller, mayStillRun);
      if (!permits(mayStillRun)) controller.abort(REVOKED_IN_FLIGHT); // since the decision, or before anybody watched
      const end = () => {
        calls.delete(controller);
        client?.removeEventListener("abort", cancel);
      };
      return { controller, end };
    },
    sweep() {
      for (const [controller, mayStillRun] of calls) {
        if (!permits(mayStillRun)) controller.abort(REVOKED_IN_FLIGHT);
      }
    },
  };
}

/** What can't be asked may not go on. */
function permits(mayStillRun: () => boolean): boolean {
  try {
    return mayStillRun();
  } catch {
    return false;
  }
}

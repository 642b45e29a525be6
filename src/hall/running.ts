/** The reason that an abort carries when standing moved under a running call; the runner reports it as its code. */
export const REVOKED_IN_FLIGHT = "REVOKED_IN_FLIGHT";

type RunningCall = { readonly mayStillRun: () => boolean; readonly controller: AbortController };

/** The calls that run in this process right now, so that a revoke reaches them. */
export type RunningCalls = {
  /** Registers a call; its signal aborts when `mayStillRun` turns false. `end` forgets it. */
  begin(mayStillRun: () => boolean): { readonly signal: AbortSignal; readonly end: () => void };
  /** Asks every running call again and aborts those that may no longer run. */
  sweep(): void;
  readonly size: () => number;
};

export function makeRunningCalls(): RunningCalls {
  const calls = new Set<RunningCall>();
  return {
    begin(mayStillRun) {
      const call = { mayStillRun, controller: new AbortController() };
      calls.add(call);
      return { signal: call.controller.signal, end: () => calls.delete(call) };
    },
    sweep() {
      for (const call of calls) if (!permits(call)) call.controller.abort(REVOKED_IN_FLIGHT);
    },
    size: () => calls.size,
  };
}

/** What can't be asked may not go on. */
function permits(call: RunningCall): boolean {
  try {
    return call.mayStillRun();
  } catch {
    return false;
  }
}

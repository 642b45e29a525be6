import { readFileSync } from "node:fs";

const SAMPLE_MS = 50;
/** What an idle child with a full young generation already uses beside its heap: Node's text, V8's code, stacks. */
const BASELINE_MB = 128;

/** Whether memory outside V8's heap (Buffers) can be watched here; `--max-old-space-size` doesn't see it. */
export function canWatchMemory(): boolean {
  return residentMb(process.pid) !== undefined;
}

/**
 * Calls `onExceeded` once when the process holds more than memory_mb and the baseline. Samples every 50 ms and keeps
 * nobody alive; without /proc it watches nothing. Returns the way to stop.
 */
export function watchMemory(pid: number, memory_mb: number, onExceeded: (mb: number) => void): () => void {
  const most = memory_mb + BASELINE_MB;
  const timer = setInterval(() => {
    const mb = residentMb(pid);
    if (mb === undefined || mb <= most) return;
    clearInterval(timer);
    onExceeded(Math.round(mb));
  }, SAMPLE_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Resident memory in MiB. /proc/PID/status says kB, where statm counts pages of a size that Node can't ask for. */
function residentMb(pid: number): number | undefined {
  try {
    const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
    return kb === undefined ? undefined : Number(kb) / 1024;
  } catch {
    return undefined;
  }
}

import { setTimeout as after } from "node:timers/promises";
import type { Validator } from "../compile/validator.js";
import { canonicalBytes, type Json } from "../protocol/canonical.js";
import { makeFault } from "../protocol/fault.js";
import type { Fault, FaultCode } from "../protocol/outcome.js";
import type { Job, Runner, RunResult } from "../run/types.js";

/** How long past its own deadline a runner may stay silent before it counts as broken. */
const RUNNER_GRACE_MS = 3_000;

/** What came of a run: checked output with its canonical bytes, or a fault. `detail` is for the ledger only. */
export type Performed = {
  readonly started_at: number | null;
  readonly ended_at: number | null;
} & (
  | { readonly ok: true; readonly output: Json; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly fault: Fault; readonly detail: string | null }
);

/**
 * Steps 5 and 6 of a call: runs the handler contained and checks its output. A runner that throws, answers garbage
 * or never answers is a fault, and an output that breaks its schema or bounds is withheld.
 */
export async function perform(runner: Runner, job: Job, validate: Validator | null): Promise<Performed> {
  const result = await runWithin(runner, job);
  if (!isRunResult(result)) return fault("RUNNER_UNAVAILABLE", null, null, null);
  const { started_at, ended_at } = result;
  if (!result.ok) return fault(result.code, result.detail, started_at, ended_at);
  if (result.output.byteLength > job.limits.output_bytes)
    return fault("OUTPUT_TOO_LARGE", null, started_at, ended_at);
  try {
    const output = JSON.parse(Buffer.from(result.output).toString("utf8")) as Json;
    const bytes = canonicalBytes(output);
    if (validate !== null && !validate(output).ok) return fault("OUTPUT_INVALID", null, started_at, ended_at);
    return { ok: true, output, bytes, started_at, ended_at };
  } catch {
    return fault("OUTPUT_INVALID", null, started_at, ended_at);
  }
}

async function runWithin(runner: Runner, job: Job): Promise<unknown> {
  const timer = new AbortController();
  const silent = after(job.limits.timeout_ms + RUNNER_GRACE_MS, undefined, { signal: timer.signal });
  try {
    return await Promise.race([runner.run(job), silent]);
  } catch {
    return undefined;
  } finally {
    timer.abort();
    silent.catch(() => {});
  }
}

function isRunResult(value: unknown): value is RunResult {
  if (typeof value !== "object" || value === null) return false;
  const result = value as Partial<Record<"ok" | "output" | "code", unknown>>;
  return result.ok === true
    ? result.output instanceof Uint8Array
    : result.ok === false && typeof result.code === "string";
}

function fault(
  code: FaultCode,
  detail: string | null,
  started_at: number | null,
  ended_at: number | null,
): Performed {
  return { ok: false, fault: makeFault(code), detail, started_at, ended_at };
}

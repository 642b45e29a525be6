import type { Validator } from "../compile/validator.js";
import { CanonicalError, canonicalBytes, type Json } from "../protocol/canonical.js";
import type { ContentBlock } from "../protocol/content.js";
import type { InputProblem } from "../protocol/facts.js";
import { makeFault } from "../protocol/fault.js";
import type { Fault, FaultCode } from "../protocol/outcome.js";
import type { Job, Runner, RunResult } from "../run/types.js";

/** How long a call may wait for its turn, and how long past its deadline a runner may stay silent. */
export type Patience = { readonly queueMs: number; readonly graceMs: number };
const PATIENCE: Patience = { queueMs: 60_000, graceMs: 3_000 };

/** What came of a run: checked output with its canonical bytes, or a fault. `detail` is for the ledger only. */
export type Performed<T = Json> = {
  readonly started_at: number | null;
  readonly ended_at: number | null;
} & (
  | {
      readonly ok: true;
      readonly output: T;
      /** What is shown instead, of a tool that answers content blocks. */
      readonly content: readonly ContentBlock[] | null;
      readonly bytes: Uint8Array;
    }
  | { readonly ok: false; readonly fault: Fault; readonly detail: string | null }
);

/**
 * Steps 5 and 6 of a call: runs the handler contained and checks its output. A runner that throws, answers garbage
 * or never answers is a fault, and an output that breaks its schema or bounds is withheld.
 */
export async function perform(
  runner: Runner,
  job: Job,
  validate: Validator | null,
  patience = PATIENCE,
  stop = new AbortController(),
): Promise<Performed> {
  const result = await runWithin(runner, job, patience, stop);
  if (!isRunResult(result)) return fault("RUNNER_UNAVAILABLE", null, null, null);
  const { started_at, ended_at } = result;
  if (!result.ok) return fault(result.code, result.detail, started_at, ended_at);
  if (result.output.byteLength > job.limits.output_bytes)
    return fault("OUTPUT_TOO_LARGE", null, started_at, ended_at);
  try {
    const output = JSON.parse(Buffer.from(result.output).toString("utf8")) as Json;
    const bytes = canonicalBytes(output);
    const checked = validate === null ? ({ ok: true } as const) : validate(output);
    if (checked.ok) return { ok: true, output, content: null, bytes, started_at, ended_at };
    return fault("OUTPUT_INVALID", brokenPlaces(checked.problems), started_at, ended_at);
  } catch (error) {
    const detail = error instanceof CanonicalError ? error.message : "not JSON";
    return fault("OUTPUT_INVALID", detail, started_at, ended_at);
  }
}

/** Where an output breaks its schema, for the skill's author: places and keywords, no values. */
function brokenPlaces(problems: readonly InputProblem[]): string {
  return problems.map(({ path, keyword }) => `${path === "" ? "(the whole)" : path}: ${keyword}`).join("; ");
}

/** The runner's answer, or undefined when it throws or stays silent; then the job is withdrawn, so it can't run later. */
async function runWithin(
  runner: Runner,
  job: Job,
  { queueMs, graceMs }: Patience,
  stop: AbortController,
): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  let giveUp = () => {};
  const silence = new Promise<undefined>((resolve) => {
    giveUp = () => {
      stop.abort();
      resolve(undefined);
    };
  });
  const waitFor = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, ms);
  };
  waitFor(queueMs);
  const onStart = () => waitFor(job.limits.timeout_ms + graceMs);
  try {
    return await Promise.race([runner.run({ ...job, onStart, signal: stop.signal }), silence]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

function isRunResult(value: unknown): value is RunResult {
  if (typeof value !== "object" || value === null) return false;
  const result = value as Partial<Record<"ok" | "output" | "code", unknown>>;
  return result.ok === true
    ? result.output instanceof Uint8Array
    : result.ok === false && typeof result.code === "string";
}

/** What comes of a run that never began. */
export function unperformed(why: Fault): Performed<never> {
  return { ok: false, fault: why, detail: null, started_at: null, ended_at: null };
}

function fault(
  code: FaultCode,
  detail: string | null,
  started_at: number | null,
  ended_at: number | null,
): Performed {
  return { ok: false, fault: makeFault(code), detail, started_at, ended_at };
}

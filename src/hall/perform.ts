import type { Validator } from "../compile/validator.js";
import { CanonicalError, canonicalBytes, type Json } from "../protocol/canonical.js";
import { type ContentBlock, ContentOutputSchema } from "../protocol/content.js";
import type { InputProblem } from "../protocol/facts.js";
import { makeFault } from "../protocol/fault.js";
import type { Fault, FaultCode } from "../protocol/outcome.js";
import type { Job, Runner, RunResult } from "../run/types.js";

/** How long a call may wait for its turn, and how long past its deadline a runner may stay silent. */
export type Patience = { readonly queueMs: number; readonly graceMs: number };
const PATIENCE: Patience = { queueMs: 60_000, graceMs: 3_000 };

/** What a tool answers: JSON, or content blocks with perhaps JSON beside them (`output: content` of its manifest). */
export type OutputForm = "json" | "content";

/**
 * What came of a run: checked output with the canonical bytes of all that the handler answered, or a fault. `content`
 * are the blocks of a tool that answers such; its output is then the structured part, or null. `detail` is for the
 * ledger only.
 */
export type Performed<T = Json> = {
  readonly started_at: number | null;
  readonly ended_at: number | null;
} & (
  | {
      readonly ok: true;
      readonly output: T;
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
  form: OutputForm = "json",
): Promise<Performed> {
  const result = await runWithin(runner, job, patience, stop);
  if (!isRunResult(result)) return fault("RUNNER_UNAVAILABLE", null, null, null);
  const { started_at, ended_at } = result;
  if (!result.ok) return fault(result.code, result.detail, started_at, ended_at);
  if (result.output.byteLength > job.limits.output_bytes)
    return fault("OUTPUT_TOO_LARGE", null, started_at, ended_at);
  const checked = checkOutput(result.output, form, validate);
  return checked.ok
    ? { ...checked, started_at, ended_at }
    : fault("OUTPUT_INVALID", checked.detail, started_at, ended_at);
}

type CheckedOutput =
  | ({ readonly ok: true } & Pick<Extract<Performed, { ok: true }>, "output" | "content" | "bytes">)
  | { readonly ok: false; readonly detail: string };

function checkOutput(text: Uint8Array, form: OutputForm, validate: Validator | null): CheckedOutput {
  try {
    const answer = JSON.parse(Buffer.from(text).toString("utf8")) as Json;
    const bytes = canonicalBytes(answer);
    const parts = form === "content" ? contentParts(answer) : { output: answer, content: null };
    if ("detail" in parts) return { ok: false, detail: parts.detail };
    const { output, content } = parts;
    if (validate !== null && output === undefined)
      return { ok: false, detail: "structured is missing, which the tool's output_schema describes" };
    const checked = validate === null ? ({ ok: true } as const) : validate(output);
    if (!checked.ok) return { ok: false, detail: brokenPlaces(checked.problems) };
    return { ok: true, output: output ?? null, content, bytes };
  } catch (error) {
    return { ok: false, detail: error instanceof CanonicalError ? error.message : "not JSON" };
  }
}

/** An answer of blocks, taken apart; or where it isn't one. */
function contentParts(
  answer: Json,
):
  | { readonly output: Json | undefined; readonly content: readonly ContentBlock[] }
  | { readonly detail: string } {
  const { success, data, error } = ContentOutputSchema.safeParse(answer);
  if (success) return { output: data.structured, content: data.content };
  const places = error.issues.slice(0, 10).map(({ path, code }) => `/${path.join("/")}: ${code}`);
  return { detail: `not {content, structured?} with content blocks: ${places.join("; ")}` };
}

/** Where an output breaks its schema, for the skill's author: places and keywords, no values. */
export function brokenPlaces(problems: readonly InputProblem[]): string {
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

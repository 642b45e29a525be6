import { loadForeignValidator } from "../compile/foreignValidator.js";
import { canonicalBytes, type Json, type JsonObject } from "../protocol/canonical.js";
import { makeFault } from "../protocol/fault.js";
import type { FaultCode } from "../protocol/outcome.js";
import type { GateParts } from "./gate.js";
import { isActive } from "./listing.js";
import type { Decided } from "./outcomes.js";
import { brokenPlaces, type Performed, unperformed } from "./perform.js";
import { REVOKED_IN_FLIGHT } from "./running.js";
import type { Call } from "./situation.js";
import type { GuardedCall } from "./types.js";

/** How long the host's code may take: the most that a skill's own limits can say. */
const HOST_MS = 600_000;
const MAX_RESULT_BYTES = 8_388_608;
const MAX_DETAIL = 2_000;

type Run<T> = (args: Json, signal: AbortSignal) => Promise<T> | T;

/**
 * Steps 5 and 6 of a guarded call: the host's own code runs, once, where it is. The Hall can't end it: a call that is
 * stopped, or takes too long, is told so by its signal, and whatever it still gives is withheld.
 */
export async function performHosted<T>(
  parts: GateParts,
  call: Call,
  { situation }: Decided,
  guarded: GuardedCall<T>,
  run: Run<T>,
): Promise<Performed<T>> {
  const { tool } = situation;
  const { received, caller } = call;
  if (tool === null || !received.ok) return unperformed(makeFault("RUNNER_UNAVAILABLE"));
  const running = parts.running.begin(() => isActive(parts.sources, tool, caller), guarded.options?.signal);
  const { controller } = running;
  const started_at = parts.now();
  const failed = (code: FaultCode, detail: string | null): Performed<T> => ({
    ok: false,
    fault: makeFault(code),
    detail,
    started_at,
    ended_at: parts.now(),
  });
  const timer = setTimeout(() => controller.abort("HANDLER_TIMEOUT"), HOST_MS);
  try {
    if (controller.signal.aborted) return failed((await stop(controller.signal)).stopped, null);
    const ended = await Promise.race([
      settled(run, received.value, controller.signal),
      stop(controller.signal),
    ]);
    if ("stopped" in ended) return failed(ended.stopped, null);
    if ("thrown" in ended) return failed("HANDLER_ERROR", textOf(ended.thrown));
    const { output } = ended;
    const checked = await check(guarded, output, call.foreign?.definition.output_schema ?? null);
    return "bytes" in checked
      ? { ok: true, output, content: null, bytes: checked.bytes, started_at, ended_at: parts.now() }
      : failed(checked.code, checked.detail);
  } finally {
    clearTimeout(timer);
    running.end();
  }
}

type Settled<T> = { readonly output: T } | { readonly thrown: unknown };

async function settled<T>(run: Run<T>, args: Json, signal: AbortSignal): Promise<Settled<T>> {
  try {
    return { output: await run(args, signal) };
  } catch (thrown) {
    return { thrown };
  }
}

/** Resolves when the call is stopped, with the fault that it is. */
function stop(signal: AbortSignal): Promise<{ readonly stopped: FaultCode }> {
  const faultOf = ({ reason }: AbortSignal): FaultCode =>
    reason === REVOKED_IN_FLIGHT || reason === "HANDLER_TIMEOUT" ? reason : "CANCELLED";
  return new Promise((resolve) => {
    const stopped = () => resolve({ stopped: faultOf(signal) });
    if (signal.aborted) stopped();
    else signal.addEventListener("abort", stopped, { once: true });
  });
}

type Checked = { readonly bytes: Uint8Array } | { readonly code: FaultCode; readonly detail: string | null };

/** The result as the JSON that the receipt commits to. Nothing counts as null; what has no JSON is withheld. */
async function check<T>(
  guarded: GuardedCall<T>,
  output: T,
  output_schema: JsonObject | null,
): Promise<Checked> {
  try {
    const { resultOf = (it: T) => it, structuredOf } = guarded;
    const result = jsonOf(resultOf(output)); // once: what is committed to is what is checked
    const bytes = canonicalBytes(result);
    if (bytes.byteLength > MAX_RESULT_BYTES) return { code: "OUTPUT_TOO_LARGE", detail: null };
    const structured = structuredOf === undefined ? result : structuredOf(output);
    if (output_schema === null || structured === undefined) return { bytes };
    const validate = await loadForeignValidator(output_schema);
    const fits = validate(jsonOf(structured));
    if (fits.ok) return { bytes };
    return { code: "OUTPUT_INVALID", detail: brokenPlaces(fits.problems) };
  } catch (error) {
    return { code: "OUTPUT_INVALID", detail: textOf(error) };
  }
}

function jsonOf(value: unknown): Json {
  const text = JSON.stringify(value);
  return text === undefined ? null : (JSON.parse(text) as Json);
}

/** What went wrong, for the home's own people; never shown to a caller. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown)
      .slice(0, MAX_DETAIL)
      .toWellFormed();
  } catch {
    return "it can't be put in words";
  }
}

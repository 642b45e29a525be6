import type { Ask, AskAnswer, LogLine } from "../protocol/ask.js";
import type { JsonObject } from "../protocol/canonical.js";
import type { Containment } from "../protocol/facts.js";
import type { FaultCode, Progress } from "../protocol/outcome.js";
import type { Env } from "../protocol/request.js";
import type { Limits } from "../protocol/skill.js";
import type { PrivilegeEnvelope } from "../protocol/worker.js";

/** One run of one tool, from bytes that the caller has verified. */
export type Job = {
  readonly artifact_digest: string;
  readonly tenant_id: string;
  readonly env: Env;
  readonly tool: string;
  /** The ESM source of each tool's handler, by tool name. */
  readonly handlers: ReadonlyMap<string, Uint8Array>;
  /** The arguments as JSON text in UTF-8. */
  readonly input: Uint8Array;
  readonly limits: Limits;
  /** The one directory that this tenant and skill may touch, or null for none. */
  readonly data_dir: string | null;
  /** What the handler sees as `context.caller`. */
  readonly caller: JsonObject;
  readonly envelope: PrivilegeEnvelope;
  /** Runs in a fresh child that nothing else of the skill has run in, with no company, and which ends with the call. */
  readonly alone?: boolean;
  readonly signal?: AbortSignal;
  /** The handler has the call now: until then it waited for its turn or its child. */
  readonly onStart?: () => void;
  readonly onProgress?: (progress: Progress) => void;
  /** A line that the handler logged or printed. */
  readonly onLog?: (line: string) => void;
  /** A line that it logged on purpose. */
  readonly onLine?: (line: LogLine) => void;
  /** Something that it asks of its caller; the signal aborts when the call has ended. What it throws is no answer. */
  readonly onAsk?: (ask: Ask, signal: AbortSignal) => Promise<AskAnswer>;
};

/** Why a run has no output. `detail` is for the ledger's operator only: bounded, well-formed, perhaps hostile text. */
export type Failure = { readonly ok: false; readonly code: FaultCode; readonly detail: string };

/** How a run ended. `output` is JSON text as the child wrote it, within its bound and otherwise unchecked. */
export type Ending = { readonly ok: true; readonly output: Uint8Array } | Failure;

/** An ending and when the handler had the call, in milliseconds since the epoch. */
export type RunResult = Ending & { readonly started_at: number; readonly ended_at: number };

/** Whose code a warm child holds. */
export type LaneName = Pick<Job, "artifact_digest" | "tenant_id" | "env">;

/** Runs handlers away from the Hall's own process. */
export type Runner = {
  /** Never throws; every way to fail is a code. */
  run(job: Job): Promise<RunResult>;
  /** What this way of running enforces on this machine, tried out once. */
  containment(): Promise<Containment>;
  /**
   * Asks of every warm child whether its skill's code may stay, after a change of standing. One that may not (or can't
   * be asked about) gets no further call: it ends now when idle, else with the calls that run in it, which are aborted
   * by their signals.
   */
  retain(mayStay: (lane: LaneName) => boolean): void;
  /** Ends every child and resolves when they are gone. */
  close(): Promise<void>;
};

const MAX_DETAIL = 2_000;

/** A failure with its detail cut and made well-formed. */
export function failure(code: FaultCode, detail: string): Failure {
  return { ok: false, code, detail: detail.slice(0, MAX_DETAIL).toWellFormed() };
}

import type { Json } from "./canonical.js";
import type { ContentBlock } from "./content.js";
import type { Hold, RouteDecision } from "./decision.js";
import type { DenyCode } from "./deny.js";
import type { InputProblem } from "./facts.js";

/** A refusal as a value: never thrown inside the house. Text for people comes from the table in deny.ts. */
export type Denial = {
  readonly code: DenyCode;
  readonly message: string;
  /** What would help and who can do it; never how a model could loosen policy. */
  readonly helps: string;
  readonly retryable: boolean;
  readonly problems?: readonly InputProblem[];
};

/** Faults after a committed allow (formats.md, Codes of the house). */
export const FAULT_CODES = [
  "RUNNER_UNAVAILABLE",
  "HANDLER_ERROR",
  "HANDLER_TIMEOUT",
  "HANDLER_EXITED",
  "OUTPUT_INVALID",
  "OUTPUT_TOO_LARGE",
  "RECEIPT_UNAVAILABLE",
  "CANCELLED",
  "REVOKED_IN_FLIGHT",
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

/** A run that went wrong. `message` is the Hall's own sentence, never the handler's text. */
export type Fault = { readonly code: FaultCode; readonly message: string };

/** What travels with every outcome so that a cut ledger is seen by whoever kept one (formats.md, witness). */
export type Head = {
  readonly hall_id: string;
  readonly size: number;
  readonly head: string;
  readonly key_id: string;
  readonly signature: string;
};

/** What a person is asked about one call: whole. Its texts are foreign: show them by `shownWhole`. */
export type HoldQuestion = {
  readonly approval_id: string;
  /** A confirmation is the asking program's yes; an approval is signed by approvers (hall.md, Approvals). */
  readonly mode: "confirm" | "approve";
  readonly needed: number;
  readonly supervisor_level: string | null;
  readonly holds: readonly Hold[];
  readonly skill_id: string | null;
  readonly title: string | null;
  readonly tool: string;
  /** The arguments' canonical JSON text, whole. */
  readonly arguments: string;
  readonly expires_at: string;
};

/**
 * What came of asking: the client said yes or no, somebody may have answered elsewhere, or nobody has yet.
 * A yes counts only where the rule lets a confirmation do; a no ends the hold.
 */
export type HoldAnswer = "confirmed" | "declined" | "look_again" | "later";

type Decided = { readonly decision: RouteDecision; readonly ledger_head: Head | null };
type Recorded = Decided & { readonly record_id: string };

/** The answer of `gate.invoke` and `gate.guard`. Surfaces switch on `kind` exhaustively. */
export type Outcome<T = Json> =
  | (Recorded & {
      readonly kind: "done";
      readonly output: T;
      /** What is shown instead of the output, of a tool that answers content blocks; else null. */
      readonly content: readonly ContentBlock[] | null;
      readonly receipt_id: string;
      /** The tool ran and says itself that it failed (MCP, isError); its content says how. Only of foreign tools. */
      readonly is_error?: true;
    })
  | (Recorded & {
      readonly kind: "dry_run";
      readonly would: "run" | "hold" | "deny";
      readonly denial?: Denial;
    })
  /** `record_id` is null only when there is no ledger to write to, or it couldn't be written. */
  | (Decided & { readonly kind: "denied"; readonly denial: Denial; readonly record_id: string | null })
  | (Recorded & {
      readonly kind: "held";
      readonly approval_id: string;
      readonly expires_at: string;
      readonly question: HoldQuestion;
    })
  | (Recorded & { readonly kind: "failed"; readonly fault: Fault; readonly receipt_id: string | null });

export type Progress = { readonly progress: number; readonly total?: number; readonly message?: string };

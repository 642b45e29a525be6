import type { Fault, FaultCode } from "./outcome.js";

/** What is said of a fault. `retryable`: the same call may succeed later; the failed one may have had effects. */
export type FaultRow = { readonly message: string; readonly helps: string; readonly retryable: boolean };

/** Every fault after a committed allow (formats.md, Codes of the house). */
export const FAULTS: Readonly<Record<FaultCode, FaultRow>> = Object.freeze({
  RUNNER_UNAVAILABLE: {
    message: "The call was allowed, but nothing could be started to run it.",
    helps: "Try again; if it stays so, the operator must look after the machine.",
    retryable: true,
  },
  HANDLER_ERROR: {
    message: "The tool ran and reported an error of its own.",
    helps: "Check the arguments; the skill's author can find the cause.",
    retryable: false,
  },
  HANDLER_TIMEOUT: {
    message: "The tool didn't finish in the time that its manifest allows, and was stopped.",
    helps: "Ask for less at once; the skill's author sets the limit. What it did before stays done.",
    retryable: true,
  },
  HANDLER_EXITED: {
    message: "The tool ended without an answer.",
    helps: "The skill's author can find the cause; it may have met its memory limit.",
    retryable: false,
  },
  OUTPUT_INVALID: {
    message: "The tool ran, but its answer isn't of the form that it promises, so it is withheld.",
    helps: "The skill's author must make the answer fit its output schema.",
    retryable: false,
  },
  OUTPUT_TOO_LARGE: {
    message: "The tool ran, but its answer is larger than its manifest allows, so it is withheld.",
    helps: "Ask for less at once; the skill's author sets the limit.",
    retryable: false,
  },
  RECEIPT_UNAVAILABLE: {
    message: "The tool ran, but that could not be recorded, so its answer is withheld.",
    helps: "The operator must look after the Hall's ledger. What the tool did stays done.",
    retryable: false,
  },
  CANCELLED: {
    message: "The call was cancelled by its caller while the tool ran.",
    helps: "Call again if the answer is still wanted. What the tool did before stays done.",
    retryable: true,
  },
  REVOKED_IN_FLIGHT: {
    message: "The skill was revoked while it ran, and was stopped.",
    helps: "Use another tool. The operator who revoked it can say why.",
    retryable: false,
  },
});

/** A fault as surfaces show it. */
export function makeFault(code: FaultCode): Fault {
  return { code, message: FAULTS[code].message };
}

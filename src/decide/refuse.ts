import type { JsonObject } from "../protocol/canonical.js";
import type { DenyReason } from "../protocol/decision.js";
import { DENIALS, DENY_CODES, type DenyCode } from "../protocol/deny.js";

/** What a check answers when it refuses: the reason that the decision will carry. Undefined means: go on. */
export type Refusal = DenyReason;

const plain = Object.fromEntries(
  DENY_CODES.map((code) => [code, Object.freeze({ code, message: DENIALS[code].message })]),
) as Readonly<Record<DenyCode, Refusal>>;

/** The refusal of a code, in the table's words unless the public reference's are asked for, with its extra members. */
export function refuse(code: DenyCode, extra?: JsonObject, message?: string): Refusal {
  if (extra === undefined && message === undefined) return plain[code];
  return Object.freeze({ code, message: message ?? DENIALS[code].message, ...extra });
}

import type { JsonObject } from "../protocol/canonical.js";
import type { DenyCode } from "../protocol/deny.js";
import type { ApprovalFact, SkillFacts } from "../protocol/facts.js";
import type { Case, Refusal } from "./case.js";
import { refuse } from "./refuse.js";

/**
 * A human's yes is needed, named by code and reason. A grant for it, or the assumption of one, is noted and the
 * case goes on; else the case is held (formats.md, Holds and grants). The same hold met twice is one.
 */
export function hold(c: Case, code: DenyCode, reason: string, extra?: JsonObject): Refusal | undefined {
  if (c.holds.some((met) => met.code === code && met.reason === reason)) return undefined;
  switch (answerTo(c.skill, code, reason)) {
    case "yes":
      c.holds = Object.freeze([...c.holds, Object.freeze({ code, reason })]);
      return undefined;
    case "refused":
      return refuse("DENY_APPROVAL_REFUSED");
    case "expired":
      return refuse("DENY_APPROVAL_EXPIRED");
    case "unknown":
      return refuse("DENY_INTERNAL_ERROR");
    case "open":
      return held(c, code, reason, extra);
  }
}

function held(c: Case, code: DenyCode, reason: string, extra?: JsonObject): Refusal {
  c.escalation = Object.freeze({ ...c.escalation, human_required_default: true, rationale: reason });
  return refuse(code, {
    ...extra,
    reason,
    supervisor_required: true,
    supervisor_level: null,
    ...(c.approvalId === null ? {} : { pending_approval_id: c.approvalId }),
  });
}

function answerTo(
  skill: SkillFacts | undefined,
  code: DenyCode,
  reason: string,
): "yes" | "open" | "refused" | "expired" | "unknown" {
  const approval = skill?.approval;
  if (skill === undefined) return "open";
  if (typeof approval !== "object" || approval === null) return "unknown";
  switch (approval.state) {
    case "assumed":
      return "yes";
    case "granted":
      return approval.holds.some((held) => held.code === code && held.reason === reason) ? "yes" : "open";
    case "none":
    case "pending":
      return "open";
    case "refused":
    case "expired":
      return approval.state;
    default:
      return "unknown";
  }
}

const ANSWERS: readonly ApprovalFact["state"][] = [
  "none",
  "assumed",
  "pending",
  "granted",
  "refused",
  "expired",
];

/** Whether a human answered is known, also where nothing asked for it: unknown always denies. */
export function checkApprovalKnown({ approval }: SkillFacts): Refusal | undefined {
  const isKnown = typeof approval === "object" && approval !== null && ANSWERS.includes(approval.state);
  return isKnown ? undefined : refuse("DENY_INTERNAL_ERROR");
}

import type { HoldForApproval } from "../hall/approver.js";
import { principalOf } from "../hall/open.js";
import { approversInForce } from "../hall/sources.js";
import type { Principal } from "../hall/types.js";
import { LifecycleError } from "./error.js";
import { personalKey } from "./operator.js";
import { ledgerOf, type OpenHome, type Workshop, withHome } from "./workshop.js";

export type AnswerOptions = {
  readonly id: string;
  readonly verdict: "approve" | "deny";
  readonly reason?: string;
  /** Instead of the operator's key of the state directory. */
  readonly keyFile?: string;
};

/**
 * Signs a yes or no; whoever asks for it has shown the call whole before. Throws LifecycleError NOT_FOUND, CLOSED,
 * NOT_AN_APPROVER.
 */
export function answerApproval(
  ws: Workshop,
  { id, verdict, reason, keyFile }: AnswerOptions,
): Promise<HoldForApproval> {
  return withHome(ws, async (parts) => {
    ledgerOf(parts);
    return parts.hall
      .approver(approverOf(ws, parts, keyFile))
      .vote(id, verdict, reason?.toWellFormed() ?? null);
  });
}

/** The approver whom the policy in force knows by a key; a key in the state directory is one in env dev alone. */
function approverOf(ws: Workshop, parts: OpenHome, keyFile: string | undefined): Principal {
  const store = ledgerOf(parts);
  const signer = personalKey(ws, parts, keyFile);
  const approver = approversInForce(store).find(({ key }) => key === signer.key);
  if (approver !== undefined) return principalOf(approver.id, signer);
  throw new LifecycleError(
    "NOT_AN_APPROVER",
    `${signer.key} is no approver's key under the policy in force.`,
    "Sign with an approver's key: --key FILE. Who they are says config.json, approvers.",
  );
}

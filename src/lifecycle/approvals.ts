import type { HoldForApproval } from "../hall/approver.js";
import { principalOf } from "../hall/open.js";
import { approversInForce } from "../hall/sources.js";
import type { Principal } from "../hall/types.js";
import { LifecycleError } from "./error.js";
import { personalKey } from "./operator.js";
import { inForce, type OpenHome, type Workshop, withHome } from "./workshop.js";

/** The calls that wait for a person, or wait to be run once more after a yes; newest first. */
export function listApprovals(ws: Workshop): Promise<readonly HoldForApproval[]> {
  return withHome(ws, async ({ ledger, hall }) => {
    if (ledger.current() === null) return [];
    const all = hall.approver(READER).list();
    return all.filter(({ state }) => state === "pending" || state === "granted");
  });
}

/** One call that waits or waited, with its arguments while they are kept. Throws LifecycleError NOT_FOUND. */
export function showApproval(ws: Workshop, { id }: { readonly id: string }): Promise<HoldForApproval> {
  return withHome(ws, async (parts) => {
    inForce(parts);
    return parts.hall.approver(READER).show(id);
  });
}

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
    inForce(parts);
    return parts.hall
      .approver(approverOf(ws, parts, keyFile))
      .vote(id, verdict, reason?.toWellFormed() ?? null);
  });
}

/** The approver whom the policy in force knows by a key; a key in the state directory is one in env dev alone. */
function approverOf(ws: Workshop, parts: OpenHome, keyFile: string | undefined): Principal {
  const { store } = inForce(parts);
  const signer = personalKey(ws, parts, keyFile);
  const approver = approversInForce(store).find(({ key }) => key === signer.key);
  if (approver !== undefined) return principalOf(approver.id, signer);
  throw new LifecycleError(
    "NOT_AN_APPROVER",
    `${signer.key} is no approver's key under the policy in force.`,
    "Sign with an approver's key: --key FILE. Who they are says config.json, approvers.",
  );
}

/** Whoever only looks needs no key. */
const READER: Principal = {
  id: "reader",
  key: "",
  sign: async () => {
    throw new TypeError("a reader signs nothing");
  },
};

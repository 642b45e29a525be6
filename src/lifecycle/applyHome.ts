import type { PolicyDocument } from "../evidence/policy.js";
import { principalOf } from "../hall/open.js";
import { loadKey } from "../hall/state.js";
import type { HomeConfig } from "../protocol/config.js";
import { prepareState } from "./firstApply.js";
import { endsLine } from "./holdsToEnd.js";
import { readProposal } from "./homeFiles.js";
import { checkKeyRoles } from "./keyRoles.js";
import { policyChanges, policyDetails } from "./policyChanges.js";
import { type OpenHome, type Workshop, withHome } from "./workshop.js";

/** What the files would change about the policy in force, a line each. */
export type PendingChanges = { readonly pending: boolean; readonly changes: readonly string[] };

/** How an apply ended. Without anything to change, or without a yes, nothing is recorded. */
export type Applied = {
  readonly applied: boolean;
  readonly policy_digest: string | null;
  readonly record_id: string | null;
  readonly hall_id: string | null;
  readonly changes: readonly string[];
};

/** The home's files against what is in force. Throws LifecycleError when the files are wrong. */
export function pendingChanges(ws: Workshop): Promise<PendingChanges> {
  return withHome(ws, async (parts) => {
    const { changes } = proposalOf(parts);
    return { pending: changes.length > 0, changes };
  });
}

/** Puts the home's files in force, once a person has seen what changes and accepted it. The first one makes the keys. */
export function applyHome(ws: Workshop, options: { readonly reason?: string } = {}): Promise<Applied> {
  return withHome(ws, (parts) => applyFiles(ws, parts, options.reason ?? null));
}

/** {@link applyHome} in a home that is open. */
export async function applyFiles(ws: Workshop, parts: OpenHome, reason: string | null): Promise<Applied> {
  const { config, document, changes, details } = proposalOf(parts);
  const now = () => parts.ledger.current()?.state();
  const nothing = () => ({
    applied: false,
    policy_digest: now()?.policy_digest ?? null,
    record_id: null,
    hall_id: now()?.hall_id ?? null,
    changes,
  });
  if (changes.length === 0) return nothing();
  checkRoles(parts, config);
  if (!(await ws.accept("Put this policy in force?", [...details, ...endsLine(parts)]))) return nothing();
  const { operator } = await prepareState(ws, parts);
  checkRoles(parts, config);
  const done = await parts.hall.operator(principalOf("operator", operator)).apply(document, reason);
  return { applied: true, ...done, hall_id: now()?.hall_id ?? null, changes };
}

/** The policy document that the files propose, and what it would change. */
function proposalOf(parts: OpenHome): {
  config: HomeConfig;
  document: PolicyDocument;
  changes: readonly string[];
  details: readonly string[];
} {
  const { config, document } = readProposal(parts.home);
  const current = parts.ledger.current()?.policy()?.document ?? null;
  const [changes, details] = [policyChanges(current, document), policyDetails(current, document)];
  return { config, document, changes, details };
}

/** Refuses a config that gives a key of this home, or of its Hall, a second role. */
export function checkRoles({ home, ledger }: OpenHome, config: HomeConfig): void {
  const keyOf = (role: "ledger" | "operator" | "publisher") => loadKey(home, role)?.key ?? null;
  const operator = keyOf("operator");
  const operators = new Set([
    ...(ledger.current()?.operatorKeys() ?? []),
    ...(operator === null ? [] : [operator]),
  ]);
  checkKeyRoles(config, {
    ledger: keyOf("ledger"),
    publisher: keyOf("publisher"),
    operators: [...operators],
  });
}

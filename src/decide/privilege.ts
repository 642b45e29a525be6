import { isProduction } from "../protocol/request.js";
import type { Case, Refusal } from "./case.js";
import { refuse } from "./refuse.js";
import { ruleOf } from "./ruleOf.js";

/** The words that the public reference uses, and tests for. */
const RAISED = "Privilege envelope check raised an exception.";

type Verdict = { readonly isAllowed: boolean; readonly reason: string };

/** What the selected worker may touch is permitted here, where the rule or a floor asks (wcp.md 3.10). */
export function checkPrivilege(c: Case): Refusal | undefined {
  if (!ruleOf(c).checksPrivilege && !c.config.enforce_privilege_envelopes) return undefined;
  const { envelope, privilegeAllows } = c.facts;
  if (typeof envelope !== "function" || typeof privilegeAllows !== "function") {
    return refuse("DENY_PRIVILEGE_ENVELOPE_UNCONFIGURED");
  }
  c.isPrivilegeChecked = true;
  let verdict: Verdict | undefined;
  try {
    verdict = judge(envelope, privilegeAllows, c);
  } catch {
    return refuse("DENY_INTERNAL_ERROR", undefined, RAISED);
  }
  if (verdict === undefined) return refuse("DENY_INTERNAL_ERROR");
  if (verdict.isAllowed) return undefined;
  return refuse("DENY_PRIVILEGE_ENVELOPE_VIOLATED", {
    reason: verdict.reason.toWellFormed(),
    worker_species_id: c.selected,
  });
}

/** Each look-up is asked once. In production a worker without an envelope may touch nothing, so it may not run. */
function judge(
  envelope: (species: string) => unknown,
  allows: (env: string, dataLabel: string, envelope: unknown) => unknown,
  { input, selected }: Case,
): Verdict | undefined {
  const found = envelope(selected ?? "");
  if ((found === null || found === undefined) && isProduction(input.env)) {
    return { isAllowed: false, reason: "no_privilege_envelope" };
  }
  const answer = allows(input.env, input.data_label, found);
  if (!Array.isArray(answer) || answer.length !== 2) return undefined;
  const [isAllowed, reason] = answer as readonly unknown[];
  return typeof isAllowed === "boolean" && typeof reason === "string" ? { isAllowed, reason } : undefined;
}

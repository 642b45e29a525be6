import type { PolicyGateContext } from "../protocol/facts.js";
import { type Case, DEFAULT_POLICY_VERSION, type Refusal } from "./case.js";
import { hold } from "./hold.js";
import { refuse } from "./refuse.js";
import { ruleOf } from "./ruleOf.js";

type Verdict = { readonly word: string; readonly version: string; readonly reason: string };

/** Asks the policy gate where the rule wants it. No gate, no answer and a senseless one all deny (wcp.md 3.7). */
export function checkPolicyGate(c: Case): Refusal | undefined {
  const { escalation } = ruleOf(c);
  if (!escalation.policy_gate) return undefined;
  if (typeof c.facts.policyGate !== "function") return refuse("DENY_POLICY_GATE_UNCONFIGURED");
  c.isGateAsked = true;
  const verdict = ask(c.facts.policyGate, c);
  if (verdict === undefined) return refuse("DENY_INTERNAL_ERROR");

  const { word, version, reason } = verdict;
  switch (word) {
    case "ALLOW":
      c.policyVersion = version;
      c.gateReason = "policy_gate_allow";
      return undefined;
    case "REQUIRE_HUMAN":
      c.policyVersion = version;
      c.gateReason = "policy_gate_human_approved";
      return hold(c, "DENY_REQUIRES_HUMAN_APPROVAL", reason, { policy_version: version });
    case "DENY":
      c.policyVersion = version;
      c.escalation = Object.freeze({ ...escalation, rationale: reason });
      return refuse("DENY_POLICY_GATE", { reason, policy_version: version });
    default:
      c.escalation = Object.freeze({ ...escalation, rationale: "invalid_gate_response" });
      return refuse("DENY_POLICY_GATE_INVALID_RESPONSE");
  }
}

/** The gate's verdict; undefined when it throws or answers anything but three texts. */
function ask(gate: (context: PolicyGateContext) => unknown, { input }: Case): Verdict | undefined {
  try {
    const answer = gate(
      Object.freeze({
        capability_id: input.capability_id,
        tenant_id: input.tenant_id,
        env: input.env,
        data_label: input.data_label,
        tenant_risk: input.tenant_risk,
        qos_class: input.qos_class,
        policy_version: DEFAULT_POLICY_VERSION,
      }),
    );
    if (!Array.isArray(answer) || answer.length !== 3) return undefined;
    const [word, version, reason] = answer as readonly unknown[];
    if (typeof word !== "string" || typeof version !== "string" || typeof reason !== "string")
      return undefined;
    return { word, version: version.toWellFormed(), reason: reason.toWellFormed() };
  } catch {
    return undefined;
  }
}

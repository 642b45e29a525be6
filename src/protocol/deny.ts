import type { DenyReason } from "./decision.js";
import type { InputProblem } from "./facts.js";
import type { Denial } from "./outcome.js";

/** The part of a call at which a denial arises, in the order of hall.md's "The gate". */
export type DenyStage =
  | "bounds"
  | "gather"
  | "caller"
  | "policy"
  | "visibility"
  | "standing"
  | "attestation"
  | "input"
  | "rule"
  | "controls"
  | "blast"
  | "gate"
  | "profile"
  | "worker"
  | "privilege"
  | "containment"
  | "approval"
  | "commit"
  | "internal";

/** One row of the table: what happened, what would help and who can do it, and whether the same call may succeed later. */
type Row = {
  readonly stage: DenyStage;
  readonly message: string;
  readonly helps: string;
  readonly retryable: boolean;
};

const never = (stage: DenyStage, message: string, helps: string): Row => ({
  stage,
  message,
  helps,
  retryable: false,
});
const later = (stage: DenyStage, message: string, helps: string): Row => ({
  stage,
  message,
  helps,
  retryable: true,
});

/**
 * Every deny code there is: wcp.md 3.5, the attestation codes of S003 and formats.md's "Codes of the house".
 * Texts are read by models as well as people: they say who can help, never how a policy is loosened.
 */
const ROWS = {
  DENY_INVALID_INPUT: never(
    "input",
    "The call doesn't have the shape that is expected of it.",
    "Whoever calls can correct the members that are named and call again.",
  ),
  DENY_MISSING_TENANT_ID: never(
    "caller",
    "The request names no tenant.",
    "The program that makes the request must say for which tenant it acts.",
  ),
  DENY_UNKNOWN_TENANT: never(
    "caller",
    "This tenant isn't among the signatories of this Hall.",
    "The Hall's operator decides which tenants are signatories.",
  ),
  DENY_POLICY_NOT_APPLIED: later(
    "policy",
    "No policy is in force here, so nothing may run.",
    "The operator must review this home's policy and put it in force.",
  ),
  DENY_POLICY_UNAVAILABLE: later(
    "policy",
    "The policy in force can't be read, so nothing may run.",
    "The operator must look after the Hall's rules and configuration.",
  ),
  DENY_CLOCK_INVALID: later(
    "policy",
    "This machine's clock can't be trusted: it is far behind the ledger, or can't be read.",
    "The operator of the machine must set its clock right.",
  ),
  DENY_UNKNOWN_SKILL: never(
    "visibility",
    "There is no such tool for this caller.",
    "The tools that this caller has are those in its list; its operator decides what is in it.",
  ),
  DENY_NAMESPACE_NOT_AUTHORIZED: never(
    "visibility",
    "The skill's namespace isn't authorized for this tenant.",
    "The operator decides which namespaces a tenant may use.",
  ),
  DENY_STANDING_UNKNOWN: later(
    "standing",
    "Whether this skill may still run could not be established, so it doesn't.",
    "Try again; if it stays so, the operator must look after the Hall's records.",
  ),
  DENY_SKILL_BANNED: never(
    "standing",
    "This skill, version or artifact is banned.",
    "Use another tool. Only whoever put it on the ban list can take it off.",
  ),
  DENY_SKILL_REVOKED: never(
    "standing",
    "This skill, version or artifact was revoked.",
    "Use another tool. The operator who revoked it can say why.",
  ),
  DENY_ADAPTER_DEGRADED: never(
    "standing",
    "This skill is switched off for the kind of client that calls it.",
    "Another kind of client may still work; the operator decides when this one does again.",
  ),
  DENY_PUBLISHER_REVOKED: never(
    "standing",
    "The key that signed this skill was revoked, and with it all that it signed.",
    "The publisher must certify the skill with a key that is trusted here.",
  ),
  DENY_NOT_CERTIFIED: never(
    "attestation",
    "No valid certificate of a trusted publisher covers the bytes that would run.",
    "The skill's publisher must certify it, with a key that the operator trusts for its namespace.",
  ),
  DENY_CERTIFICATE_EXPIRED: never(
    "attestation",
    "The skill's certificate has expired.",
    "The skill's publisher must issue a new certificate.",
  ),
  ATTEST_MANIFEST_MISSING: never(
    "attestation",
    "The package's attestation manifest is missing or can't be read.",
    "The skill's publisher must attest the package again.",
  ),
  ATTEST_MANIFEST_ID_MISMATCH: never(
    "attestation",
    "The package's attestation manifest names another worker.",
    "The skill's publisher must attest this very package.",
  ),
  ATTEST_HASH_MISMATCH: never(
    "attestation",
    "The package isn't the one that was attested: its content has changed.",
    "The operator must install the package anew from where it was published.",
  ),
  ATTEST_SIGNATURE_MISSING: never(
    "attestation",
    "The package's attestation isn't signed, or nothing is here to check the signature with.",
    "The operator of this machine provides the attestation secret; the publisher signs.",
  ),
  ATTEST_SIG_INVALID: never(
    "attestation",
    "The signature of the package's attestation doesn't fit.",
    "The skill's publisher must attest the package again.",
  ),
  ATTEST_BANNED_HASH: never(
    "attestation",
    "The package's hash is on the ban list.",
    "Use another tool. Only whoever put it on the ban list can take it off.",
  ),
  DENY_SHADOW_RULES_DETECTED: never(
    "rule",
    "The policy has rules that can never take effect, which isn't accepted in this environment.",
    "The operator must put the rules in order.",
  ),
  DENY_NO_MATCHING_RULE: never(
    "rule",
    "No rule allows this request.",
    "What isn't allowed is denied; the operator decides what the rules allow.",
  ),
  DENY_MISSING_CORRELATION_ID: never(
    "rule",
    "The request has no correlation id.",
    "The program that makes the request must send one.",
  ),
  DENY_MISSING_REQUIRED_CONTROLS: never(
    "controls",
    "Controls that the matching rule requires aren't present.",
    "The operator must put the missing controls in place.",
  ),
  DENY_REQUIRES_HUMAN: later(
    "blast",
    "What could go wrong with this call weighs so much that a human must agree first.",
    "An approver can look at the call and answer it; the same call then runs once.",
  ),
  DENY_REQUIRES_HUMAN_APPROVAL: later(
    "approval",
    "A human must agree before this call runs.",
    "An approver can look at the call and answer it; the same call then runs once.",
  ),
  DENY_POLICY_GATE_UNCONFIGURED: never(
    "gate",
    "The matching rule asks a policy gate, and none is configured.",
    "The operator must provide the policy gate that the rule asks.",
  ),
  DENY_POLICY_GATE: never(
    "gate",
    "The policy gate refused this request.",
    "Whoever is responsible for the policy gate can say why.",
  ),
  DENY_POLICY_GATE_INVALID_RESPONSE: never(
    "gate",
    "The policy gate gave an answer that means nothing.",
    "Whoever is responsible for the policy gate must repair it.",
  ),
  DENY_RISK_TIER: never(
    "profile",
    "The profile in force doesn't accept a worker of this risk tier.",
    "Use a tool of lower risk; the operator decides on the profile.",
  ),
  DENY_DATA_LABEL: never(
    "worker",
    "This worker isn't meant for data of this sensitivity.",
    "Use a tool whose manifest includes this data label.",
  ),
  DENY_NO_AVAILABLE_WORKER: never(
    "worker",
    "No worker that the matching rule lists can take this request.",
    "The operator decides which workers are enrolled and which of them a rule lists.",
  ),
  DENY_ENVIRONMENT_NOT_ALLOWED: never(
    "worker",
    "This worker isn't meant to run in this environment.",
    "The skill's author says in which environments it may run.",
  ),
  DENY_CONTROL_MISSING: never(
    "worker",
    "Controls that this worker itself requires aren't present.",
    "The operator must put the missing controls in place.",
  ),
  DENY_ATTESTATION_UNCONFIGURED: never(
    "worker",
    "The worker's code must be attested, and nothing is configured to do so.",
    "The operator must configure worker attestation.",
  ),
  DENY_WORKER_ATTESTATION_MISSING: never(
    "worker",
    "No code hash is registered for this worker.",
    "The worker's owner must register the hash of its code.",
  ),
  DENY_WORKER_ATTESTATION_INVALID_HASH: never(
    "worker",
    "What is registered as this worker's code hash isn't one.",
    "The worker's owner must register the hash of its code again.",
  ),
  DENY_WORKER_HASH_UNAVAILABLE: later(
    "worker",
    "The hash of this worker's code as it lies there now could not be computed.",
    "The operator must make the worker's code readable for the Hall.",
  ),
  DENY_WORKER_TAMPERED: never(
    "worker",
    "This worker's code isn't the code that was registered.",
    "The operator must find out who changed it; its owner may register the new code.",
  ),
  DENY_PRIVILEGE_ENVELOPE_UNCONFIGURED: never(
    "privilege",
    "Privilege envelopes are enforced, and nothing is configured to check them.",
    "The operator must configure how envelopes are read and checked.",
  ),
  DENY_PRIVILEGE_ENVELOPE_VIOLATED: never(
    "privilege",
    "What this worker may touch goes beyond what is permitted here.",
    "Use a worker with a narrower envelope; the operator decides what is permitted.",
  ),
  DENY_EGRESS_NOT_ALLOWED: never(
    "privilege",
    "This worker reaches out to the network, which isn't permitted here.",
    "Use a worker that needs no network.",
  ),
  DENY_MEMORY_SCOPE: never(
    "privilege",
    "The memory that this call asks for isn't the caller's own.",
    "Ask only for memory of the tenant that makes the call.",
  ),
  DENY_CHAIN_INVALID: never(
    "input",
    "The proof of the chain that this call belongs to is missing or broken.",
    "The program that started the chain must hand on the proof that it was given.",
  ),
  DENY_CONTAINMENT_UNAVAILABLE: never(
    "containment",
    "This machine can't enforce the limits that this call must run under.",
    "The operator can run the Hall where these limits are enforced.",
  ),
  DENY_APPROVAL_REFUSED: never(
    "approval",
    "A person looked at this call and refused it.",
    "Don't repeat the call; ask the person you work for what would be acceptable.",
  ),
  DENY_APPROVAL_EXPIRED: later(
    "approval",
    "The approval for this call wasn't given or wasn't used in time.",
    "Call again to ask anew; an approver must answer while the question is open.",
  ),
  DENY_RATE_LIMITED: later(
    "bounds",
    "This caller makes more calls than it may.",
    "Wait a moment and call less often.",
  ),
  DENY_DEADLINE: later("gather", "The call was not decided in time.", "Try again with more time."),
  DENY_AUDIT_UNAVAILABLE: later(
    "commit",
    "The decision could not be recorded, and what can't be recorded doesn't run.",
    "Try again; if it stays so, the operator must look after the Hall's ledger.",
  ),
  DENY_DEFINITION_CHANGED: never(
    "visibility",
    "This tool's definition isn't the one that was accepted.",
    "The operator must look at the new definition and accept it.",
  ),
  DENY_INTERNAL_ERROR: later(
    "internal",
    "Something that the decision depends on failed, so the answer is no.",
    "The operator finds the details in the Hall's records.",
  ),
} as const satisfies Record<string, Row>;

export type DenyCode = keyof typeof ROWS;

export type DenyRow = Row & { readonly code: DenyCode };

/** The table, by code. */
export const DENIALS = Object.freeze(
  Object.fromEntries(Object.entries(ROWS).map(([code, row]) => [code, Object.freeze({ code, ...row })])),
) as Readonly<Record<DenyCode, DenyRow>>;

export const DENY_CODES = Object.freeze(Object.keys(ROWS)) as readonly DenyCode[];

/** A decision's reason as surfaces show it: the decision's own sentence, what helps, and broken paths if there are any. */
export function denialOf(reason: DenyReason): Denial {
  const { helps, retryable } = DENIALS[reason.code];
  const { code, message } = reason;
  const problems = reason["problems"] as readonly InputProblem[] | undefined;
  return problems === undefined
    ? { code, message, helps, retryable }
    : { code, message, helps, retryable, problems };
}

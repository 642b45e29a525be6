import type { Json } from "../protocol/canonical.js";
import type { Facts, PolicyGateContext, SkillFacts } from "../protocol/facts.js";
import { type Env, isProduction } from "../protocol/request.js";
import type { PrivilegeEnvelope } from "../protocol/worker.js";

/** A callable's answer, or the fact that it threw, never answered or answered nothing. */
export type Answer = { readonly value: Json } | { readonly failed: true };

/**
 * Everything that one decision may ask, as plain data: what gather found, what the decision's record keeps, and
 * what a replay answers from. A member is null where nothing was configured.
 */
export type Snapshot = {
  readonly controls: readonly string[];
  readonly available: readonly string[];
  readonly registered_hashes: Readonly<Record<string, string | null>>;
  readonly current_hashes: Readonly<Record<string, string | null>>;
  readonly envelopes: Readonly<Record<string, PrivilegeEnvelope>>;
  readonly policy_gate: Answer | null;
  /** Null only for the Hall's own read-only tools. */
  readonly skill: SkillFacts | null;
};

/** The look-ups that a decision reads, answered from a snapshot alone. */
export function factsOf(snapshot: Snapshot): Facts {
  const { policy_gate, skill } = snapshot;
  return {
    controls: snapshot.controls,
    available: (species) => snapshot.available.includes(species),
    registeredHash: (species) => snapshot.registered_hashes[species] ?? null,
    currentHash: (species) => snapshot.current_hashes[species] ?? null,
    envelope: (species) => snapshot.envelopes[species],
    privilegeAllows,
    ...(policy_gate === null ? {} : { policyGate: (_: PolicyGateContext) => open(policy_gate) }),
    ...(skill === null ? {} : { skill }),
  };
}

function open(answer: Answer): Json {
  if ("failed" in answer) throw new Error("the policy gate gave no answer");
  return answer.value;
}

/**
 * The registry's own rule (wcp.md 3.10) with empty allowlists: a home has none yet, so in prod and edge a
 * RESTRICTED call of a worker that wants egress is refused.
 */
function privilegeAllows(env: string, dataLabel: string, envelope: unknown): [boolean, string] {
  const wanted = (envelope as PrivilegeEnvelope | undefined)?.egress?.allowlist ?? [];
  if (isProduction(env as Env) && dataLabel === "RESTRICTED" && wanted.length > 0) {
    return [false, "egress_denied_no_allowlist_configured"];
  }
  return [true, "envelope_declared"];
}

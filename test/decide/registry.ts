import type { Question } from "../../src/decide/makeDecision.js";
import type { HallConfig } from "../../src/protocol/config.js";
import type { Facts } from "../../src/protocol/facts.js";

/** One line of the golden decisions (shared/vectors/README.md). */
export type Vector = {
  readonly id: string;
  readonly input: unknown;
  readonly rules: { readonly rules: readonly unknown[] };
  readonly registry: {
    readonly controls_present: readonly string[];
    readonly workers_available: readonly string[];
    readonly privilege_envelopes: Answers;
    readonly egress_allowlists: Throws | Readonly<Record<string, readonly string[]>> | null;
    readonly registered_hashes: Answers;
    readonly current_hashes: Answers;
  };
  readonly hall_config: Partial<HallConfig> | null;
  readonly policy_gate: Throws | { readonly returns: unknown } | null;
  readonly expect: Readonly<Record<string, unknown>>;
};
type Throws = { readonly throws: true };
type Answers = Readonly<Record<string, unknown>> | null;

/** The question that a vector asks, with the public Registry's rule for envelopes (wcp.md 3.10). */
export function questionOf(vector: Vector): Question {
  return {
    request: vector.input,
    rules: vector.rules.rules,
    facts: factsOf(vector),
    config: vector.hall_config,
    now: "2026-11-20T09:00:00.000Z",
    ids: { decision_id: "00000000-0000-4000-8000-000000000000", approval_id: null },
  };
}

function factsOf({ registry, policy_gate: gate }: Vector): Facts {
  const { privilege_envelopes: envelopes, egress_allowlists: allowlists } = registry;
  const { registered_hashes: registered, current_hashes: current } = registry;
  return {
    controls: new Set(registry.controls_present),
    available: (species) => registry.workers_available.includes(species),
    ...(registered && { registeredHash: lookUp(registered) }),
    ...(current && { currentHash: lookUp(current) }),
    ...(envelopes && { envelope: lookUp(envelopes) }),
    ...(allowlists && {
      privilegeAllows: (env, label, envelope) => {
        if (isThrows(allowlists)) throw new Error("allowlist");
        return registryAllows(allowlists, env, label, envelope);
      },
    }),
    ...(gate && {
      policyGate: () => {
        if (isThrows(gate)) throw new Error("gate");
        return gate.returns;
      },
    }),
  };
}

function registryAllows(
  allowlists: Readonly<Record<string, readonly string[]>>,
  env: string,
  label: string,
  envelope: unknown,
): [boolean, string] {
  const wanted = (envelope as { egress?: { allowlist?: string[] } } | null)?.egress?.allowlist ?? [];
  if ((env === "prod" || env === "edge") && label === "RESTRICTED" && wanted.length > 0) {
    const allowed = allowlists[env] ?? [];
    if (allowed.length === 0) return [false, "egress_denied_no_allowlist_configured"];
    const refused = wanted.find((destination) => !allowed.includes(destination));
    if (refused !== undefined) return [false, `egress_not_allowlisted:${refused}`];
  }
  return [true, "stub_allow"];
}

function lookUp(answers: Readonly<Record<string, unknown>>): (species: string) => unknown {
  return (species) => {
    const answer = answers[species];
    if (isThrows(answer)) throw new Error("look-up");
    return answer ?? null;
  };
}

function isThrows(value: unknown): value is Throws {
  return typeof value === "object" && value !== null && "throws" in value;
}

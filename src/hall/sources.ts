import { loadValidator, type Validator } from "../compile/validator.js";
import { approversOf, type PolicyApprover, type PolicyDocument } from "../evidence/policy.js";
import type { JsonObject } from "../protocol/canonical.js";
import type { Clock } from "../protocol/clock.js";
import type { PolicyGateContext } from "../protocol/facts.js";
import type { Store } from "../records/store.js";
import type { Runner } from "../run/types.js";
import { findHeld, holdKey } from "./approval.js";
import { attestationOf, certificateOf, type OwnAuthority, standingOfTool } from "./authority.js";
import type { Ledger } from "./ledgers.js";
import { loadPolicy, type Policy } from "./policy.js";
import type { Sources } from "./situation.js";
import { asInstalled, type Skills } from "./skills.js";

/** What the default sources are made of. */
export type SourceParts = {
  readonly ledger: Ledger;
  /** The open store. Throws when there is none. */
  readonly store: () => Store;
  readonly policy: () => Policy | null;
  readonly skills: Skills;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly engine: string;
  readonly own: () => OwnAuthority;
  readonly policyGate: ((context: PolicyGateContext) => unknown) | null;
};

/** Before the first apply: no Hall, nothing in force, and no call can be recorded. */
const NO_LEDGER = {
  hall_id: null,
  epoch: 0,
  policy_digest: null,
  last_order: null,
  size: 0,
  head: null,
  at: null,
  clock: "ok",
  problem: null,
};

/** The outside as a real Hall meets it. */
export function makeSources(parts: SourceParts): Sources {
  const { ledger, store, policy, skills, runner, clock, engine, own } = parts;
  return {
    clock,
    ledger: async () => (await ledger.ready())?.state() ?? NO_LEDGER,
    async policy() {
      await ledger.ready();
      return policy();
    },
    tool: async (name) => ((await ledger.ready()) === null ? undefined : skills.find(name)),
    tools: () => (ledger.current() === null ? [] : skills.all()),
    held: (tool) => skills.held(asInstalled(tool).install),
    standing: (tool, caller) => standingOfTool(store(), tool, caller),
    definition: (tool) => asInstalled(tool) && "own",
    certificate: (tool, held, inForce, now) => certificateOf(asInstalled(tool), held, inForce, now, own()),
    attestation: (tool, held) => attestationOf(asInstalled(tool), held, own(), clock()),
    schema: async (tool, value) => (await validatorOf(asInstalled(tool).definition.input_schema))(value),
    policyGate: parts.policyGate,
    containment: () => runner.containment(),
    approval(call, tool, inForce, now) {
      if (!call.received.ok) return null;
      const key = holdKey(call.caller, tool, inForce, engine);
      return findHeld(store(), key, call.received.bytes, () => approversInForce(store()), now);
    },
  };
}

/** The policy in force, made ready once for each policy_digest. Null before the first apply. */
export function policyInForce(ledger: Ledger): () => Policy | null {
  let known: Policy | null = null;
  return () => {
    const found = ledger.current()?.policy() ?? null;
    if (found === null) return null;
    if (known === null || known.digest !== found.policy_digest)
      known = loadPolicy(found.policy_digest, found.document);
    return known;
  };
}

/** Who may vote now: the approvers of the policy in force, and in env dev the operators. */
export function approversInForce(store: Store): readonly PolicyApprover[] {
  const document: PolicyDocument | undefined = store.policy()?.document;
  return document === undefined ? [] : approversOf(document, store.operatorKeys());
}

const validators = new WeakMap<JsonObject, Promise<Validator>>();

/** A schema's validator, found by the schema object: definitions live as long as their installation. */
export function validatorOf(schema: JsonObject): Promise<Validator> {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = loadValidator(schema);
    validators.set(schema, validator);
    validator.catch(() => validators.delete(schema));
  }
  return validator;
}

import type { Hold } from "./decision.js";
import type { DenyCode } from "./deny.js";
import type { AttestCode } from "./package.js";
import type { StandingState } from "./standing.js";
import type { WorkerRecord } from "./worker.js";

/** A fact, or `"unknown"` when it couldn't be read in time. Unknown always denies. */
export type Known<T> = T | "unknown";

/** How far a restriction is enforced by the way a handler runs (hall.md, Containment). */
export type Enforcement = "enforced" | "partial" | "none";
export type Containment = {
  readonly network: Enforcement;
  readonly files: Enforcement;
  readonly processes: Enforcement;
  readonly memory: Enforcement;
  readonly signals: Enforcement;
};

/** Where arguments break their schema: the path (only names that the schema names, else `*`) and the keyword; never a value. */
export type InputProblem = { readonly path: string; readonly keyword: string };

/**
 * What the Hall knows about the human's answer to this very call.
 * `assumed` is the gate's question "and if every hold were granted?" (formats.md, Holds and grants).
 */
export type ApprovalFact =
  | { readonly state: "none" | "assumed" }
  | { readonly state: "pending" | "refused" | "expired"; readonly approval_id: string }
  | { readonly state: "granted"; readonly approval_id: string; readonly holds: readonly Hold[] };

/** The house's own facts about the tool that is called. Every member is required and may be "unknown", which denies. */
export type SkillFacts = {
  /** Whether the gate itself can go on: the code with which it stops when its ledger or the standing under it fails. */
  readonly gate: "open" | DenyCode;
  readonly clock: Known<"ok" | "behind">;
  readonly policy: Known<"in_force" | "not_applied">;
  /** The namespace is the tenant's, the env is allowed and a rule in force matches the caller's cell. */
  readonly visible: Known<boolean>;
  readonly namespace: Known<"authorized" | "not_authorized">;
  readonly standing: Known<{
    readonly skill: StandingState;
    readonly version: StandingState;
    readonly worker: StandingState;
    readonly adapter: StandingState;
    readonly hash: StandingState;
    readonly publisher: StandingState;
  }>;
  /**
   * `own`: the tool is an installed skill's, and its certificate and attestation speak for its code. `accepted`: the
   * host holds the code, which has neither; its definition is the one that was accepted. Anything else denies.
   */
  readonly definition: Known<"own" | "accepted" | "changed" | "unaccepted">;
  readonly certificate: Known<"valid" | "missing" | "invalid" | "expired">;
  readonly attestation: Known<{ readonly ok: true } | { readonly ok: false; readonly code: AttestCode }>;
  readonly arguments: Known<{ readonly ok: boolean; readonly problems: readonly InputProblem[] }>;
  readonly worker: Known<WorkerRecord>;
  readonly containment: Known<Containment>;
  readonly approval: Known<ApprovalFact>;
};

/**
 * Everything a decision may ask about the world, as read-only look-ups gathered before it. An absent look-up is
 * an unconfigured one. Answers are checked strictly: a look-up that throws, or answers in another shape, denies.
 * `skill` is absent only in compat and in the golden vectors; then the house's own checks don't exist.
 */
export type Facts = {
  readonly controls: Iterable<string>;
  readonly available: (species: string) => unknown;
  readonly registeredHash?: (species: string) => unknown;
  readonly currentHash?: (species: string) => unknown;
  readonly envelope?: (species: string) => unknown;
  readonly privilegeAllows?: (env: string, dataLabel: string, envelope: unknown) => unknown;
  readonly policyGate?: (context: PolicyGateContext) => unknown;
  readonly skill?: SkillFacts;
};

/** What a policy gate is asked about; the request's body is not in it (wcp.md 2.10). */
export type PolicyGateContext = {
  readonly capability_id: string;
  readonly tenant_id: string;
  readonly env: string;
  readonly data_label: string;
  readonly tenant_risk: string;
  readonly qos_class: string;
  readonly policy_version: string;
};

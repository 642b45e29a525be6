import type { Json } from "../protocol/canonical.js";
import type { Known, PolicyGateContext, SkillFacts } from "../protocol/facts.js";
import type { StoreState } from "../records/view.js";
import type { HeldApproval } from "./approval.js";
import type { Received } from "./arguments.js";
import type { Policy } from "./policy.js";
import type { HeldArtifact, InstalledTool } from "./skills.js";
import type { Snapshot } from "./snapshot.js";
import type { GovernedTool } from "./tool.js";
import type { Caller, GuardedCall } from "./types.js";

/**
 * Everything outside that a call depends on. Each may throw, answer garbage or nothing, or never answer; gather
 * turns all of that into "unknown". The default assembly is in open.ts; a test breaks them one by one.
 */
export type Sources = {
  clock(): unknown;
  ledger(): unknown;
  policy(): unknown;
  tool(name: string): unknown;
  tools(): readonly InstalledTool[];
  held(tool: GovernedTool): unknown;
  standing(tool: GovernedTool, caller: Caller): unknown;
  /** Whether the tool is as it was accepted; a skill's own tool always is what its certificate says. */
  definition(tool: GovernedTool, policy: Policy): unknown;
  certificate(tool: GovernedTool, held: HeldArtifact | null, policy: Policy, now: string): unknown;
  attestation(tool: GovernedTool, held: HeldArtifact | null): unknown;
  schema(tool: GovernedTool, value: Json): unknown;
  policyGate: ((context: PolicyGateContext) => unknown) | null;
  containment(): unknown;
  approval(call: Call, tool: GovernedTool, policy: Policy, now: string): unknown;
};

/** What one call asks, as its surface bound it. */
export type Call = {
  readonly caller: Caller;
  readonly tool: string;
  readonly received: Received;
  readonly correlation_id: string;
  readonly dry_run: boolean;
  /** A preview that opens the hold where one is met ({@link InvokeOptions.openHold}). */
  readonly opens_hold: boolean;
  /** The foreign tool that is called, where the host holds the code. */
  readonly foreign: ForeignCall | null;
};

/** What the host says of a foreign tool. */
export type ForeignSaid = Required<Pick<GuardedCall, "definition" | "capability" | "origin">> &
  Pick<GuardedCall, "acceptedBy">;
/** The same, received: a copy that nobody changes, or what is left of a definition that can't be one. */
export type ForeignCall = ForeignSaid & { readonly isReadable: boolean };

/** Everything that was gathered for one call, before anything is decided. */
export type Situation = {
  readonly now: string;
  readonly ledger: Known<StoreState>;
  readonly policy: Policy | null;
  readonly tool: GovernedTool | null;
  readonly held: HeldArtifact | null;
  readonly approval: HeldApproval | null;
  /** The approval_id of a grant that covers less than the call meets now, so that it is left alone. */
  readonly outgrown?: string;
  readonly snapshot: Snapshot & { readonly skill: SkillFacts };
};

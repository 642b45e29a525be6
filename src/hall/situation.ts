import type { Json } from "../protocol/canonical.js";
import type { Known, PolicyGateContext, SkillFacts } from "../protocol/facts.js";
import type { StoreState } from "../records/view.js";
import type { HeldApproval } from "./approval.js";
import type { Received } from "./arguments.js";
import type { Policy } from "./policy.js";
import type { HeldArtifact, InstalledTool } from "./skills.js";
import type { Snapshot } from "./snapshot.js";
import type { Caller } from "./types.js";

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
  held(tool: InstalledTool): unknown;
  standing(tool: InstalledTool, caller: Caller): unknown;
  certificate(tool: InstalledTool, held: HeldArtifact | null, policy: Policy, now: string): unknown;
  attestation(tool: InstalledTool, held: HeldArtifact | null): unknown;
  schema(tool: InstalledTool, value: Json): unknown;
  policyGate: ((context: PolicyGateContext) => unknown) | null;
  containment(): unknown;
  approval(call: Call, tool: InstalledTool, policy: Policy, now: string): unknown;
};

/** What one call asks, as its surface bound it. */
export type Call = {
  readonly caller: Caller;
  readonly tool: string;
  readonly received: Received;
  readonly correlation_id: string;
  readonly dry_run: boolean;
};

/** Everything that was gathered for one call, before anything is decided. */
export type Situation = {
  readonly now: string;
  readonly ledger: Known<StoreState>;
  readonly policy: Policy | null;
  readonly tool: InstalledTool | null;
  readonly held: HeldArtifact | null;
  readonly approval: HeldApproval | null;
  /** The approval_id of a grant that covers less than the call meets now, so that it is left alone. */
  readonly outgrown?: string;
  readonly snapshot: Snapshot & { readonly skill: SkillFacts };
};

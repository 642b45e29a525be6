import type { Json } from "../protocol/canonical.js";
import type { Outcome, Progress } from "../protocol/outcome.js";
import type { DataLabel, Env, QosClass, TenantRisk } from "../protocol/request.js";
import type { ToolDefinition } from "../protocol/skill.js";
import type { Adapter } from "../protocol/standing.js";
import type { Approver } from "./approver.js";
import type { Audit } from "./audit.js";
import type { Operator } from "./operator.js";

/** Who calls, bound by the surface from its authenticated session. Tool arguments can never set any of it. */
export type Caller = {
  readonly tenant_id: string;
  /** `mcp:<client name>` or `cli:<OS user>`; recorded as claimed. */
  readonly agent: string;
  readonly adapter: Adapter;
  readonly surface: string;
  readonly session_id: string;
  readonly env: Env;
  readonly data_label: DataLabel;
  readonly tenant_risk: TenantRisk;
  readonly qos_class: QosClass;
};

/** The part of a caller that every record names. */
export type Actor = Pick<Caller, "tenant_id" | "session_id" | "surface" | "agent">;

/** A line that a handler printed or logged. */
export type HandlerLine = { readonly skill_id: string; readonly tool: string; readonly text: string };

export type InvokeOptions = {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Decide and record, run nothing, open no hold. */
  readonly dryRun?: boolean;
  readonly correlationId?: string;
};

/** All that a surface ever gets: names, one way to call, and word of changes. */
export type Gate = {
  /** The tools listed for this caller (visible, standing active), the three built-in ones last. */
  tools(): Promise<readonly ToolDefinition[]>;
  /** One governed call. Never throws: every refusal and fault is an Outcome. */
  invoke(tool: string, args: unknown, options?: InvokeOptions): Promise<Outcome<Json>>;
  /** Calls `fn` when the list may have changed; returns the way to stop it. */
  onToolsChanged(fn: () => void): () => void;
};

/** A person (or the program that holds their key) who may answer holds or give orders. `sign` gets the DSSE PAE. */
export type Principal = {
  readonly id: string;
  /** `ed25519:` and 64 hex digits. */
  readonly key: string;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
};

/** A caller, or a way to tell who it is now: a home's own surfaces take tenant, env and labels from the policy in force. */
export type CallerSource = Caller | (() => Caller);

/** A Hall on this machine. Only its gates run anything, and nothing here leads to a handler. */
export type LocalHall = {
  gate(caller: CallerSource): Gate;
  approver(principal: Principal): Approver;
  operator(principal: Principal): Operator;
  readonly audit: Audit;
  /** Ends children, watches and the store. */
  close(): Promise<void>;
};

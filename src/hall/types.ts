import type { Ask, AskAnswer, Asker, LogLine } from "../protocol/ask.js";
import type { Json } from "../protocol/canonical.js";
import type { ForeignDefinition } from "../protocol/foreign.js";
import type { HoldAnswer, HoldQuestion, Outcome, Progress } from "../protocol/outcome.js";
import type { DataLabel, Env, QosClass, TenantRisk } from "../protocol/request.js";
import type { ToolDefinition } from "../protocol/skill.js";
import type { Adapter } from "../protocol/standing.js";
import type { Approver, Voter } from "./approver.js";
import type { Audit } from "./audit.js";
import type { Operator } from "./operator.js";

/** Who calls, bound by the surface from its authenticated session. Tool arguments can never set any of it. */
export type Caller = {
  readonly tenant_id: string;
  /** `mcp:<client name>`, `cli:<OS user>` or `agent:<name>`; recorded as claimed. */
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
  /** Told what the handler logs on purpose for whoever called it; what it prints goes to the home's own people alone. */
  readonly onLine?: (line: LogLine) => void;
  /**
   * Asked what the handler asks of its caller's person or model while it runs; the signal aborts when the call ends.
   * The receipt says what was asked and how it ended. Left out, the handler is told that nobody can be asked.
   */
  readonly onAsk?: (ask: Ask, by: Asker, signal: AbortSignal) => Promise<AskAnswer>;
  /** Decide and record, run nothing, open no hold. */
  readonly dryRun?: boolean;
  /**
   * A preview that asks: where a person must answer, the hold is opened (or met again) and the outcome is `held`;
   * else it is a `dry_run`, which sees a grant and leaves it unused. Nothing runs.
   */
  readonly openHold?: boolean;
  /**
   * Asked once when the call is held, if the surface can reach a person now. A yes is recorded as confirmed_via this
   * surface and counts where the rule lets it; then the call is decided again. It may take as long as it likes. With
   * openHold too: then the answer is on record, and still nothing runs. A surface that says "look_again" is asked
   * until the hold has its answer, the call is cancelled, or it says "later".
   */
  readonly onHold?: (question: HoldQuestion) => Promise<HoldAnswer>;
  readonly correlationId?: string;
};

/** A call of a tool whose code the Hall doesn't hold (hall.md, `guard`). The host says what it is, so it is trusted in that. */
export type GuardedCall<T = unknown> = {
  /** The tool as its maker describes it; what isn't the accepted definition is denied. */
  readonly definition: ForeignDefinition;
  /** What is asked, by the operator's rules. An accepted definition's own capability wins. */
  readonly capability: string;
  /** The server's name in config.servers, or `host` when left out. */
  readonly origin?: string;
  /**
   * Who has to have accepted the definition: `operator`, in tools.json and nobody else; left out, in env dev its first
   * use is enough.
   */
  readonly acceptedBy?: "operator";
  readonly args: unknown;
  readonly options?: InvokeOptions;
  /** What is committed to and bounded of what `run` gives, as JSON; all of it when left out. */
  readonly resultOf?: (output: T) => unknown;
  /** The part of it that an output schema describes, undefined where there is none; what resultOf gives when left out. */
  readonly structuredOf?: (output: T) => unknown;
};

/** All that a surface ever gets: names, two ways to call, and word of changes. */
export type Gate = {
  /** The tools listed for this caller (visible, standing active), the three built-in ones last. */
  tools(): Promise<readonly ToolDefinition[]>;
  /** One governed call. Never throws: every refusal and fault is an Outcome. */
  invoke(tool: string, args: unknown, options?: InvokeOptions): Promise<Outcome<Json>>;
  /**
   * One governed call of code that the host holds: decided and recorded like any other, then `run` runs once here, in
   * the host (`executed_by: host`), with the arguments as they were decided on. Null previews. Never throws: what
   * `run` throws is a fault. The output is given back as it is; an accepted output schema is checked against it.
   */
  guard<T>(
    call: GuardedCall<T>,
    run: ((args: Json, signal: AbortSignal) => Promise<T> | T) | null,
  ): Promise<Outcome<T>>;
  /** The same gate for what comes through an adapter, so that degrading that adapter stops it; records name the surface. */
  through(adapter: Adapter, surface?: string): Gate;
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

/** An agent of the home's own: `agent:<name>`, with tenant, env and labels from the policy in force at each call. */
export type AgentName = { readonly agent: string };

/** A caller, a way to tell who it is now, or just an agent's name. */
export type CallerSource = Caller | (() => Caller) | AgentName;

/** A Hall on this machine. Only its gates run anything, and nothing here leads to a handler. */
export type LocalHall = {
  gate(caller: CallerSource): Gate;
  approver(principal: Voter): Approver;
  operator(principal: Principal): Operator;
  readonly audit: Audit;
  /** Ends children, watches and the store. */
  close(): Promise<void>;
};

/** MCP's log levels, the lowest first. */
export type LogLevel = "debug" | "info" | "notice" | "warning" | "error" | "critical" | "alert" | "emergency";

/** What came of asking a person. */
export type Elicited = {
  readonly action: "accept" | "decline" | "cancel" | "unavailable";
  readonly content?: { readonly [name: string]: unknown };
  readonly reason?: string;
};

/** What a handler is given beside its input. */
export type Context = {
  /** Aborted when the caller cancels or the skill is revoked. */
  readonly signal: AbortSignal;
  /** Tells the caller how far the work is: a finite number, or that with a total and a message. */
  readonly progress: (
    report: number | { readonly progress: number; readonly total?: number; readonly message?: string },
  ) => void;
  /**
   * A line for whoever operates the Hall and for the caller's client, cut at 2,000 characters; `info` when no level is
   * given. What is printed (console) goes to the operator alone.
   */
  readonly log: (text: string, level?: LogLevel) => void;
  /**
   * Asks the person behind the caller to fill in a form (MCP elicitation: a flat object of primitives). Answers
   * `unavailable` with a reason where nobody can be asked. The call's own deadline goes on meanwhile.
   */
  readonly elicit: (form: {
    readonly message: string;
    readonly schema: { readonly [name: string]: unknown };
  }) => Promise<Elicited>;
  /** Asks the caller's own model (MCP sampling); gives MCP's result, or `{error}` where there is none to ask. */
  readonly sample: (params: { readonly [name: string]: unknown }) => Promise<unknown>;
  /** The secrets that the envelope names and the Hall's configuration grants, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The one directory that this tenant and skill may use, or null without an envelope for it. */
  readonly data_dir: string | null;
  /** Who called, as the Hall knows it. */
  readonly caller: {
    readonly tenant_id: string;
    readonly agent: string;
    readonly env: string;
    readonly correlation_id: string;
  };
};

/** What a handler is given beside its input. */
export type Context = {
  /** Aborted when the caller cancels or the skill is revoked. */
  readonly signal: AbortSignal;
  /** Tells the caller how far the work is: a finite number, or that with a total and a message. */
  readonly progress: (
    report: number | { readonly progress: number; readonly total?: number; readonly message?: string },
  ) => void;
  /** A line for whoever operates the Hall, cut at 2,000 characters; never shown to the model. */
  readonly log: (text: string) => void;
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

import type { Json } from "../../src/protocol/canonical.js";
import type { FaultCode, Outcome } from "../../src/protocol/outcome.js";
import type { HostTool } from "./host.js";
import type { Alike } from "./normal.js";
import type { StoreKind } from "./ownStage.js";
import type { Person, Stage } from "./stage.js";

/** One call as a scenario makes it. */
export type Ask = {
  readonly tool: string;
  readonly args: unknown;
  readonly person: Person;
  /** What the person behind the surface says if the call is held; nothing when left out. */
  readonly answer?: "yes" | "no" | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly correlationId: string;
};

/** What a surface shows of an outcome. A member that it doesn't show is undefined, and isn't compared. */
export type Seen = {
  readonly kind: Outcome["kind"];
  readonly code: string | null | undefined;
  /** The tool's answer. */
  readonly output: Json | undefined;
  /** What is said instead of one. */
  readonly text: string | undefined;
};

/** A surface at work on a stage. */
export type Driver = {
  call(ask: Ask): Promise<Seen>;
  /** Calls that a client makes at the same time; one by one without waiting when left out. */
  callAll?(asks: readonly Ask[]): Promise<readonly Seen[]>;
  close?(): Promise<void>;
};

export type Surface = Omit<Alike, "isParallel"> & {
  readonly name: string;
  /** By what `hall skill degrade --adapter` stops it. */
  readonly adapter: "mcp" | "langchain" | "vercel-ai" | "openai" | "cli" | "function" | "http";
  readonly store?: StoreKind;
  /** A stage of its own, for what runs in other processes. */
  readonly stage?: () => Promise<Stage>;
  /** Scenarios that it can't have, and why. */
  readonly skips?: Readonly<Record<string, string>>;
  /** Why a call can't be made on it at all, where it can't. */
  readonly cannotCall?: (ask: Ask) => string | undefined;
  open(stage: Stage, tools: Readonly<Record<string, HostTool>>): Promise<Driver> | Driver;
};

/** An outcome as a program sees it, in the words of {@link Seen}. */
export function seenOf(outcome: Outcome<unknown>, text: string | undefined): Seen {
  switch (outcome.kind) {
    case "done":
      return { kind: "done", code: null, output: outcome.output as Json, text: undefined };
    case "denied":
      return { kind: "denied", code: outcome.denial.code, output: undefined, text };
    case "failed":
      return { kind: "failed", code: outcome.fault.code, output: undefined, text };
    default:
      return {
        kind: outcome.kind,
        code: outcome.decision.deny_reason_if_denied?.code ?? null,
        output: undefined,
        text,
      };
  }
}

/** What became of a call whose client had gone: only the ledger tells. */
export function seenInLedger(stage: Stage): Seen {
  const receipt = stage.hall.audit.query({ kind: "receipt", limit: 1 })[0];
  const { fault } = (receipt?.body ?? {}) as { readonly fault?: { readonly code: FaultCode } | null };
  return { kind: "failed", code: fault?.code ?? null, output: undefined, text: undefined };
}

/** Waits for the receipt that a call leaves which nobody waits for any more. */
export async function afterReceipt(stage: Stage, since: number): Promise<Seen> {
  while (!stage.recordsAfter(since).some(({ kind }) => kind === "receipt"))
    await new Promise((resolve) => setTimeout(resolve, 5));
  return seenInLedger(stage);
}

/** Whether a name that means the prototype stands anywhere in arguments. */
export function namesPrototype(args: unknown): boolean {
  return /"(?:__proto__|constructor)":/.test(JSON.stringify(args));
}

/** Whether arguments are an object, which is all that some protocols can carry. */
export function isObject(args: unknown): boolean {
  return typeof args === "object" && args !== null && !Array.isArray(args);
}

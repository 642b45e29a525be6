import type { ForeignDefinition, ServerConfig } from "../protocol/foreign.js";

/** What a foreign server says of its tools at one moment. */
export type Described = {
  readonly tools: ReadonlyMap<string, ForeignDefinition>;
  /** Tools that can't be had as they are described, and why. */
  readonly unusable: readonly { readonly name: string; readonly why: string }[];
};

/** A foreign server while a verb asks it. */
export type Reached = {
  describe(): Promise<Described>;
  ping(): Promise<void>;
};

/**
 * The way to foreign servers, which the edge brings: this room knows no wire. Starts or reaches the server, lets `ask`
 * ask it, and ends it. `dir` is where its command is started. What it says on stderr goes to the operator's terminal.
 */
export type Reach = <T>(
  at: { readonly name: string; readonly server: ServerConfig; readonly dir: string },
  ask: (server: Reached) => Promise<T>,
) => Promise<T>;

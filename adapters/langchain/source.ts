import { type ForeignDefinition, HOST_ORIGIN } from "../../src/protocol/foreign.js";
import { definitionOf, type HostTool } from "./definition.js";

/** What a program says of the host's tools. */
export type Sources = {
  /**
   * What each of the host's tools can do, by name, or told from the tool. A tool without a capability is denied; one
   * that the operator accepted has the capability that it was accepted with. Tools of `governedTools` need none.
   */
  readonly capabilities?:
    | Readonly<Record<string, string>>
    | ((tool: Pick<HostTool, "name" | "metadata">) => string | undefined);
  /** Where the host's tools come from, as the operator knows it: the name of an MCP server; `host` when left out. */
  readonly origin?: string | ((tool: Pick<HostTool, "name" | "metadata">) => string);
};

/** What `guard` needs to know of a tool. */
export type Described = {
  readonly definition: ForeignDefinition;
  readonly capability: string;
  readonly origin: string;
};

/** A tool of the host's by its own and the program's word. Undefined if either says too little to decide on. */
export function describeTool(
  tool: HostTool,
  { capabilities = {}, origin = HOST_ORIGIN }: Sources,
): Described | undefined {
  try {
    const capability =
      typeof capabilities === "function" ? capabilities(tool) : named(capabilities, tool.name);
    if (!capability) return undefined;
    return {
      definition: definitionOf(tool),
      capability,
      origin: typeof origin === "function" ? origin(tool) : origin,
    };
  } catch {
    return undefined; // a schema that JSON can't express, or a program that can't say
  }
}

/** An own member of a record that is looked up by somebody else's name. */
export function named<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

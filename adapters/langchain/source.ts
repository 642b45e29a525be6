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
  /**
   * Hears what is wrong with a host's tool that is denied because it can't be told what it is or does, and what helps;
   * once for each name. It is the program's to read: models and records don't say so. `console.warn` when left out.
   */
  readonly onProblem?: (problem: string) => void;
};

/** What `guard` needs to know of a tool. */
export type Described = {
  readonly definition: ForeignDefinition;
  readonly capability: string;
  readonly origin: string;
};

/** A tool of the host's by its own and the program's word. Undefined if either says too little to decide on. */
export type Describe = (tool: HostTool) => Described | undefined;

/** Describes tools by what a program says of them. Of one that can't be described the program hears why, once. */
export function describeWith(sources: Sources): Describe {
  const { onProblem = warn } = sources;
  const told = new Set<string>();
  return (tool) => {
    try {
      return describeTool(tool, sources);
    } catch (error) {
      if (!told.has(tool.name)) {
        told.add(tool.name);
        tell(onProblem, `${tool.name} is denied: ${messageOf(error)}`);
      }
      return undefined;
    }
  };
}

/** Throws what is wrong, with the remedy. */
function describeTool(tool: HostTool, { capabilities = {}, origin = HOST_ORIGIN }: Sources): Described {
  const { name } = tool;
  const capability =
    typeof capabilities === "function"
      ? attempt(() => capabilities(tool), 'capabilities threw for it; have it give "cap.…", or undefined')
      : named(capabilities, name);
  if (typeof capability !== "string" || capability === "")
    throw new TypeError(
      `no capability is named for it; have capabilities give one: { ${JSON.stringify(name)}: "cap.…" }`,
    );
  const from =
    typeof origin === "function"
      ? attempt(() => origin(tool), "origin threw for it; have it give a server's name, or host")
      : origin;
  if (typeof from !== "string")
    throw new TypeError("origin gives no text for it; have it give a server's name, or host");
  const definition = attempt(
    () => definitionOf(tool),
    "its schema or annotations can't be said in JSON; give it a schema that can",
  );
  return { definition, capability, origin: from };
}

function attempt<T>(make: () => T, problem: string): T {
  try {
    return make();
  } catch (error) {
    throw new TypeError(`${problem} (${messageOf(error)})`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : typeof error;
}

function warn(problem: string): void {
  console.warn(`wcp-hall: governanceMiddleware: ${problem}`);
}

/** A listener that throws must not touch the call. */
function tell(onProblem: (problem: string) => void, problem: string): void {
  try {
    onProblem(problem);
  } catch {}
}

/** An own member of a record that is looked up by somebody else's name. */
export function named<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

import { gateThrough } from "../../src/hall/gateThrough.js";
import type { Gate } from "../../src/hall/types.js";

/** The context of one run, as the program gave it: `agent.invoke(input, { context })`. */
export type RunContext = Readonly<Record<string, unknown>>;

/** A gate, or how to tell whose it is from the run's context. Null: nobody's, so everything is denied. */
export type GateSource = Gate | ((context: RunContext) => Gate | null);

/** Through which gate a run's calls go, and whether any of them may. */
export type Whose = { readonly gate: Gate | null; readonly isKnown: boolean };

/**
 * Tells for each run whose calls its are. `required` are the members that a context must have; a run without one of
 * them is nobody's, and so is one for which no gate could be told. Throws TypeError for a source that is neither a gate
 * nor a function.
 */
export function tellWhose(source: GateSource, required: readonly string[]): (given: unknown) => Whose {
  const fixed = typeof source === "function" ? null : gateThrough(source, "langchain");
  return (given) => {
    const context = contextOf(given, required);
    if (typeof source !== "function") return { gate: fixed, isKnown: context !== null };
    const gate = context === null ? null : gateOf(source, context);
    return { gate, isKnown: gate !== null };
  };
}

function gateOf(source: (context: RunContext) => Gate | null, context: RunContext): Gate | null {
  try {
    return source(context)?.through("langchain") ?? null;
  } catch {
    return null;
  }
}

function contextOf(given: unknown, required: readonly string[]): RunContext | null {
  const all = (typeof given === "object" && given !== null ? given : {}) as RunContext;
  const entries = required.map((name) => [name, Object.hasOwn(all, name) ? all[name] : undefined] as const);
  const isMissing = ([, value]: readonly [string, unknown]) =>
    value === undefined || value === null || value === "";
  return entries.some(isMissing) ? null : Object.freeze(Object.fromEntries(entries));
}

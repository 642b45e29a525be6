import type { AcceptedTool } from "../../hall/foreignTools.js";
import type { Gate, InvokeOptions } from "../../hall/types.js";
import type { Json, JsonObject } from "../../protocol/canonical.js";
import type { ForeignDefinition } from "../../protocol/foreign.js";
import { parseGovernedName } from "../../protocol/governedName.js";
import type { Outcome } from "../../protocol/outcome.js";
import type { ToolDefinition } from "../../protocol/skill.js";
import type { Upstream } from "./connect.js";
import type { Described } from "./definitions.js";
import type { Pool } from "./pool.js";
import { answerOf, resultOf, structuredOf } from "./result.js";
import { ServerError } from "./serverError.js";

export type ServersOptions = {
  /** The foreign tools that an operator accepted and this caller can see, by the policy in force now; or the one of a name. */
  readonly accepted: (name?: string) => readonly AcceptedTool[];
  readonly pool: Pool;
  /** How long a list waits for servers that start. Who comes later is told of, so that clients list again. */
  readonly listWithinMs?: number;
};

const LIST_WITHIN_MS = 10_000;

/**
 * The gate, with the tools of foreign MCP servers behind it. Every call of one is a `guard` with the definition that
 * the server gives at that moment, so a tool that changed is denied whenever it changed; one that no rule lets run
 * starts no server.
 */
export function withServers(gate: Gate, options: ServersOptions): Gate {
  const { accepted, pool } = options;
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const fn of listeners) fn();
  };

  async function tools(): Promise<readonly ToolDefinition[]> {
    const there = accepted();
    const listed = retain(there);
    const said = await describeAll(new Set(listed.map(({ origin }) => origin)));
    const foreign = listed.flatMap((tool) => {
      const now = said.get(tool.origin)?.tools.get(tool.definition.name);
      return now !== undefined && tool.accepts(now) ? [tool.listedAs(now)] : [];
    });
    const names = new Set(there.map(({ name }) => name));
    const own = (await gate.tools()).filter(({ name }) => !names.has(name));
    return [...own, ...foreign];
  }

  /** The tools that may run; servers of others are stopped, so that a revoke leaves no child behind. */
  function retain(there: readonly AcceptedTool[]): readonly AcceptedTool[] {
    const runnable = there.filter(({ mayRun }) => mayRun);
    pool.retain(new Set(runnable.map(({ origin }) => origin)));
    return runnable;
  }

  /** What the servers say that say it in time. */
  async function describeAll(origins: ReadonlySet<string>): Promise<ReadonlyMap<string, Described>> {
    const said = new Map<string, Described>();
    let isLate = false;
    const asked = [...origins].map(async (origin) => {
      const described = await (await pool.connect(origin)).describe();
      if (isLate) changed();
      else said.set(origin, described);
    });
    await within(options.listWithinMs ?? LIST_WITHIN_MS, Promise.allSettled(asked));
    isLate = true;
    return said;
  }

  async function invoke(name: string, args: unknown, options: InvokeOptions = {}): Promise<Outcome<Json>> {
    const tool = toolNamed(name);
    if (tool === undefined) return gate.invoke(name, args, options);
    const { origin, capability } = tool;
    const asked = tool.mayRun ? await ask(pool, tool) : NOT_ASKED;
    const definition = asked.definition ?? tool.definition;
    const outcome = await gate.guard(
      { definition, capability, origin, acceptedBy: "operator", args, options, resultOf, structuredOf },
      (value, signal) => runNow(asked, tool, { args: value as JsonObject, signal, options }),
    );
    if (asked.definition !== null && !tool.accepts(asked.definition)) changed(); // it left the list unsaid
    return answerOf(outcome);
  }

  function toolNamed(name: string): AcceptedTool | undefined {
    return parseGovernedName(name) === undefined ? undefined : accepted(name)[0];
  }

  return Object.freeze({
    tools,
    invoke,
    guard: gate.guard,
    through: (adapter, surface) => withServers(gate.through(adapter, surface), options),
    onToolsChanged(fn: () => void) {
      listeners.add(fn);
      const onPolicy = () => {
        retain(accepted());
        fn();
      };
      const stops = [gate.onToolsChanged(onPolicy), pool.onChanged(fn)];
      return () => {
        listeners.delete(fn);
        for (const stop of stops) stop();
      };
    },
  } satisfies Gate);
}

/** What is known of a tool when its call is decided: its server and its definition, or why there are none. */
type Asked = {
  readonly upstream: Upstream | null;
  /** Null when the server wasn't asked, or didn't answer. */
  readonly definition: ForeignDefinition | null;
  /** How many changes the server had told of before it gave the definition. */
  readonly changes: number;
};
const NOT_ASKED: Asked = { upstream: null, definition: null, changes: 0 };

async function ask(pool: Pool, { origin, definition: { name } }: AcceptedTool): Promise<Asked> {
  try {
    const upstream = await pool.connect(origin);
    const changes = upstream.changes();
    const { tools } = await upstream.describe();
    return { upstream, changes, definition: tools.get(name) ?? noLonger(name) };
  } catch {
    return NOT_ASKED; // the pool's log says why; a run that is allowed all the same fails
  }
}

/** What is presented for a tool that its server doesn't list any more: no arguments fit it, and nobody accepted it. */
function noLonger(name: string): ForeignDefinition {
  return {
    annotations: null,
    description: null,
    input_schema: { type: "object", not: {} },
    name,
    output_schema: null,
    title: null,
  };
}

type Run = { readonly args: JsonObject; readonly signal: AbortSignal; readonly options: InvokeOptions };

/** Runs what was decided on. A person may have thought about it for minutes: what changed meanwhile doesn't run. */
async function runNow({ upstream, changes }: Asked, tool: AcceptedTool, { args, signal, options }: Run) {
  const { origin, definition } = tool;
  if (upstream === null) throw new ServerError("UNREACHABLE", `${origin} can't be reached`);
  if (upstream.changes() !== changes) {
    const now = (await upstream.describe()).tools.get(definition.name);
    if (now === undefined || !tool.accepts(now))
      throw new ServerError("CHANGED", `${definition.name} changed before it ran`);
  }
  return upstream.call(definition.name, args, { signal, onProgress: options.onProgress });
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

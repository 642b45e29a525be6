import type { StructuredTool } from "@langchain/core/tools";
import { tool } from "langchain";
import { governanceMiddleware, governedTools } from "../../../adapters/langchain/index.js";
import type { HostTool } from "../host.js";
import type { Person } from "../stage.js";
import type { Ask, Seen, Surface } from "../surface.js";
import { cannotCallListed, cannotSay, orCancelled, runAgent, UNLISTED } from "./langchainTools.js";

const shared = { adapter: "langchain", correlates: true, previews: true } as const;

/** Tools of `governedTools` in an agent under the middleware. */
export const middlewareOwn: Surface = {
  ...shared,
  name: "LangChain middleware, own tools",
  skips: {
    "policy not applied": UNLISTED,
    "unknown tool": "is denied and recorded, under a name that no installed tool can have (host:…)",
  },
  cannotCall: cannotCallListed,
  open(stage) {
    const known = new Map<Person, Promise<StructuredTool[]>>();
    const run = async (asks: readonly Ask[]) => {
      const person = asks[0]?.person ?? "ann";
      const gate = stage.gate(person);
      const listed = known.get(person) ?? governedTools(gate);
      known.set(person, listed);
      return runAgent({ tools: await listed, middleware: [governanceMiddleware(gate)] }, asks);
    };
    return {
      call: (ask) => orCancelled(stage, ask, async () => (await run([ask]))[0] as Seen),
      callAll: run,
    };
  },
};

/** The host's own tools in an agent under the middleware. */
export const middlewareForeign: Surface = {
  ...shared,
  name: "LangChain middleware, the host's tools",
  cannotCall: cannotSay,
  open(stage, tools) {
    const run = async (asks: readonly Ask[]) => {
      const [{ person, tool: name }] = asks as readonly [Ask];
      const host = tools[name];
      if (host === undefined) throw new Error(`no tool ${name}`);
      const middleware = governanceMiddleware(stage.gate(person), {
        capabilities: { [host.name]: host.capability },
      });
      const called = asks.map((ask) => ({ ...ask, tool: host.name }));
      return runAgent({ tools: [langChainTool(host)], middleware: [middleware] }, called);
    };
    return {
      call: (ask) => orCancelled(stage, ask, async () => (await run([ask]))[0] as Seen),
      callAll: run,
    };
  },
};

function langChainTool({ name, description, input_schema, run }: HostTool) {
  const invoke = (args: unknown, config: { readonly signal?: AbortSignal }) =>
    run(args as never, config.signal ?? new AbortController().signal);
  return tool(invoke as never, { name, description, schema: input_schema as never });
}

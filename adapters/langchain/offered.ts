import { isHostTool } from "./definition.js";
import { isGoverned } from "./governed.js";
import type { Describe } from "./source.js";

/**
 * Looks over the tools that a model is about to be offered. Throws a TypeError that names each one that wouldn't run
 * here; of the host's own, those that can't be described are told of now, and not only once a model calls them.
 */
export function lookOver(describe: Describe): (tools: readonly unknown[]) => void {
  const seen = new WeakSet<object>();
  return (tools) => {
    const elsewhere = tools.filter((tool) => !isHostTool(tool));
    if (elsewhere.length > 0) {
      const problems = elsewhere.map((tool) => `${nameOf(tool)}: ${RUNS_ELSEWHERE}`);
      throw new TypeError(`governanceMiddleware can't govern\n  ${problems.join("\n  ")}`);
    }
    for (const tool of tools.filter(isHostTool)) {
      if (isGoverned(tool) || seen.has(tool)) continue;
      seen.add(tool);
      describe(tool);
    }
  };
}

const RUNS_ELSEWHERE =
  "nothing here runs it (it has no invoke, or no name), so it would run at the model's provider, where no gate decides; " +
  "take it out, or put a tool with an invoke in its place";

/** Providers name their tools by a name or a type, or by the one member that they have. */
function nameOf(tool: unknown): string {
  const { name, type } = (tool ?? {}) as { readonly name?: unknown; readonly type?: unknown };
  const said = [name, type].filter((it) => typeof it === "string" && it !== "");
  return said.length > 0 ? said.join(", ") : Object.keys(tool ?? {}).join(", ") || typeof tool;
}

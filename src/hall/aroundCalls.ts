import type { Gate } from "./types.js";

/** A gate whose every call passes `around`, through whatever adapter; `before` is awaited before tools are listed. */
export function aroundCalls(
  gate: Gate,
  around: <T>(call: () => Promise<T>) => Promise<T>,
  before: () => Promise<void> = async () => {},
): Gate {
  return {
    tools: async () => {
      await before();
      return gate.tools();
    },
    invoke: (tool, args, options) => around(() => gate.invoke(tool, args, options)),
    guard: (call, run) => around(() => gate.guard(call, run)),
    through: (adapter, surface) => aroundCalls(gate.through(adapter, surface), around, before),
    onToolsChanged: (fn) => gate.onToolsChanged(fn),
  };
}

import { governed } from "../../../src/hall/governed.js";
import { HallDenied, HallFailed, HallHeld } from "../../../src/hall/refusal.js";
import type { Json } from "../../../src/protocol/canonical.js";
import { type Surface, seenOf } from "../surface.js";
import { optionsOf } from "./gate.js";

/** `governed(gate, capability, fn)`, called like any function. */
export const hostFunction: Surface = {
  name: "governed function",
  adapter: "function",
  correlates: true,
  previews: false,
  skips: {
    "degraded adapter": "no order names the adapter function: a program that wraps it is the host itself",
  },
  open: (stage, tools) => ({
    async call(ask) {
      const tool = tools[ask.tool];
      if (tool === undefined) throw new Error(`no tool ${ask.tool}`);
      const { name, description, input_schema: input, capability, run } = tool;
      const fn = (args: object, signal: AbortSignal) => run(args as Json, signal);
      const call = governed(stage.gate(ask.person), capability, fn, { name, description, input });
      try {
        const output = (await call(ask.args as object, optionsOf(ask))) as Json;
        return { kind: "done", code: null, output, text: undefined };
      } catch (error) {
        if (error instanceof HallDenied || error instanceof HallHeld || error instanceof HallFailed)
          return seenOf(error.outcome, error.message);
        throw error;
      }
    },
  }),
};

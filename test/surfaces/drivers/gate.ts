import { sayOutcome } from "../../../src/hall/said.js";
import type { Gate } from "../../../src/hall/types.js";
import { foreignDefinition } from "../../../src/protocol/foreign.js";
import type { HoldAnswer, Outcome } from "../../../src/protocol/outcome.js";
import type { StoreKind } from "../ownStage.js";
import { type Ask, type Seen, type Surface, seenOf } from "../surface.js";

/** The options by which a program makes one call of its own. */
export function optionsOf({ answer, signal, correlationId }: Ask) {
  const said: HoldAnswer = answer === undefined ? "later" : answer === "yes" ? "confirmed" : "declined";
  return { correlationId, ...(signal && { signal }), onHold: async () => said };
}

export const seenWhole = (outcome: Outcome<unknown>): Seen =>
  seenOf(outcome, outcome.kind === "done" ? undefined : sayOutcome(outcome));

/** The gate itself, to which every surface is compared: `invoke` for skills' tools. */
export const gateOn = (store: StoreKind): Surface => ({
  name: `the gate, ${store === "disk" ? "on disk" : "in memory"}`,
  adapter: "mcp",
  store,
  correlates: true,
  previews: false,
  open: (stage) => ({
    call: async (ask) =>
      seenWhole(await through(stage.gate(ask.person)).invoke(ask.tool, ask.args, optionsOf(ask))),
  }),
});

/** The gate itself for the host's own tools. */
export const guardOn = (store: StoreKind): Surface => ({
  ...gateOn(store),
  name: `gate.guard, ${store === "disk" ? "on disk" : "in memory"}`,
  open: (stage, tools) => ({
    async call(ask) {
      const tool = tools[ask.tool];
      if (tool === undefined) throw new Error(`no tool ${ask.tool}`);
      const { name, description, input_schema, capability, run } = tool;
      const definition = foreignDefinition({ name, description, input_schema });
      const call = { definition, capability, args: ask.args, options: optionsOf(ask) };
      return seenWhole(await through(stage.gate(ask.person)).guard(call, run));
    },
  }),
});

const through = (gate: Gate) => gate.through("mcp", "gate");

import type { Gate } from "../../src/hall/types.js";

/** The gate for what comes through this adapter. Throws TypeError for what is no gate. */
export function throughOpenai(gate: Gate): Gate {
  if (typeof gate?.through === "function") return gate.through("openai");
  const given = gate === null ? "null" : typeof gate;
  throw new TypeError(`gate: expected a gate, as hall.gate({ agent: "NAME" }) gives it, not ${given}`);
}

import type { Adapter } from "../protocol/standing.js";
import type { Gate } from "./types.js";

/** A program's gate for what comes through an adapter. Throws TypeError for what is no gate: programs needn't be typed. */
export function gateThrough(gate: Gate, adapter: Adapter): Gate {
  if (typeof gate?.through === "function") return gate.through(adapter);
  const given = gate === null ? "null" : typeof gate;
  throw new TypeError(`gate: expected a gate, as hall.gate({ agent: "NAME" }) gives it, not ${given}`);
}

import { z } from "zod";
import { type ForeignDefinition, ForeignDefinitionSchema } from "./foreign.js";
import type { HoldAnswer } from "./outcome.js";

/*
 * What a framework's middleware keeps between the steps of an agent, in the framework's own checkpoints. Frameworks
 * want it as schemas. Nothing here decides: a grant is the ledger's, and what stands here only answers a question.
 */

/** A tool as the middleware met it: one that this Hall governs itself, or the host's with what `guard` needs. */
export type MetTool =
  | { readonly own: true }
  | {
      readonly own: false;
      readonly definition: ForeignDefinition;
      readonly capability: string;
      readonly origin: string;
    };

const MetToolSchema: z.ZodType<MetTool> = z.union([
  z.strictObject({ own: z.literal(true) }),
  z.strictObject({
    own: z.literal(false),
    definition: ForeignDefinitionSchema,
    capability: z.string(),
    origin: z.string(),
  }),
]);

const HoldAnswerSchema: z.ZodType<HoldAnswer> = z.enum(["confirmed", "declined", "look_again", "later"]);

/** Names begin with `_`: private to the middleware, and never part of an agent's answer. */
export const AgentStateSchema = z.object({
  /** The tools that the last model message calls, by name. */
  _hallTools: z.record(z.string(), MetToolSchema).default({}),
  /** What was answered about the holds of that message, by approval_id. */
  _hallGrants: z.record(z.string(), HoldAnswerSchema).default({}),
});

/** An object in which these members may stand, whatever they are, and that keeps no others. */
export function objectWith(names: readonly string[]) {
  return z.object(Object.fromEntries(names.map((name) => [name, z.unknown().optional()])));
}

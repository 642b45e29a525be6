import type { PinnedTool } from "../protocol/foreign.js";
import { type Allowance, allowSkill } from "./allowSkill.js";
import { inForce, type OpenHome, type Workshop } from "./workshop.js";

export type { Allowance } from "./allowSkill.js";

/**
 * The rules that would allow a server's tools in env dev, one for each capability and worker; with `apply` they are
 * shown and, when accepted, put in force on their own. A rule speaks of capabilities, not of servers: it allows every
 * accepted tool of its capability, and says so.
 */
export async function allowTools(
  ws: Workshop,
  parts: OpenHome,
  {
    name,
    tools,
  }: {
    readonly name: string;
    readonly tools: readonly Pick<PinnedTool, "capability" | "species" | "risk_tier">[];
  },
  apply: boolean,
): Promise<Allowance> {
  const { namespace } = inForce(parts).policy.config;
  const species = [...new Set(tools.map((tool) => tool.species))];
  const asSkills = species.map((one) => {
    const own = tools.filter((tool) => tool.species === one);
    const capabilities = [...new Set(own.map(({ capability }) => capability))];
    return {
      namespace,
      name,
      worker: { species: one },
      risk_tier: own.some(({ risk_tier }) => risk_tier === "critical" || risk_tier === "high")
        ? ("high" as const)
        : ("medium" as const),
      tools: capabilities.map((capability) => ({ capability })),
    };
  });
  const allowance = await allowSkill(ws, parts, asSkills, apply);
  const wide = allowance.rule.map(
    ({ rule_id }) => `${String(rule_id)}: allows every accepted tool of its capability, of whichever server`,
  );
  return { ...allowance, notes: [...allowance.notes, ...wide] };
}

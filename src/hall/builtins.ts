import { compileRules } from "../decide/rules.js";
import type { ToolDefinition } from "../protocol/skill.js";

/** The capability, rule and worker of the Hall's own read-only tools (formats.md, Which worker, which tool). */
export const SELF_CAPABILITY = "cap.hall.read";
export const SELF_SPECIES = "wrk.hall.self";
export const SELF_RULES = compileRules([
  {
    rule_id: "rr_hall_self",
    match: { capability_id: SELF_CAPABILITY },
    decision: { candidate_workers_ranked: [{ worker_species_id: SELF_SPECIES }] },
  },
]);

const READ_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };

function builtin(name: string, title: string, description: string, input: object): ToolDefinition {
  return {
    name,
    title,
    description,
    capability_id: SELF_CAPABILITY,
    input_schema: { type: "object", additionalProperties: false, ...input },
    output_schema: null,
    annotations: { title, ...READ_ONLY },
    skill_id: "hall",
    version: "1.0.0",
  };
}

/** What a caller may ask the Hall about its own calls. */
export const BUILTIN_TOOLS: readonly ToolDefinition[] = [
  builtin(
    "hall_why",
    "Why was that answered so?",
    "Explains the outcome of one of your own calls by its record id: the code, what it means and what would help.",
    { properties: { record_id: { type: "string", maxLength: 64 } }, required: ["record_id"] },
  ),
  builtin(
    "hall_may_i",
    "May I call this tool?",
    "Previews a call without running it: says whether it would run, wait for a person, or be denied and why.",
    {
      properties: {
        tool: { type: "string", maxLength: 64 },
        arguments: { type: "object", additionalProperties: true },
      },
      required: ["tool"],
    },
  ),
  builtin(
    "hall_standing",
    "What may I use?",
    "Lists the governed tools that you can see, the skill and version behind each, and whether each may still run.",
    { properties: {} },
  ),
];

export const BUILTIN_NAMES: ReadonlySet<string> = new Set(BUILTIN_TOOLS.map((tool) => tool.name));

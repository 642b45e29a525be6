import { firstTool, type NewSkill, titleOf } from "./scaffold.js";

/** The files of a new code-first skill by path: small, complete, and certified as they are. It needs no package. */
export function scaffoldCode(skill: NewSkill): Readonly<Record<string, string>> {
  return { "skill.ts": module(skill), "README.md": readme(skill) };
}

function module(skill: NewSkill): string {
  return `import { defineSkill, defineTool } from "wcp-hall/skill";

const summarize = defineTool({
  name: "${firstTool(skill)}",
  description: "Give the first sentence of a text.",
  capability: "cap.mem.summarize",
  // JSON Schema, or a schema of zod 4 or zod 3: npm install zod, here in the skill.
  input_schema: {
    type: "object",
    properties: { text: { type: "string", minLength: 1, maxLength: 10_000 } },
    required: ["text"],
  },
  output_schema: { type: "object", properties: { summary: { type: "string" } }, required: ["summary"] },
  // Runs in a process of its own, contained: it may touch only what the envelope below says.
  handler({ text }) {
    const [sentence] = text.split(/(?<=[.!?])\\s/);
    return { summary: sentence ?? text };
  },
  examples: [
    {
      name: "takes the first sentence",
      input: { text: "Buy tea. Water the plants." },
      output: { summary: "Buy tea." },
    },
  ],
});

// What this skill is, and what it may do. While it is built, this file is run with no rights at all: it only defines.
export default defineSkill({
  namespace: "${skill.namespace}",
  name: ${JSON.stringify(skill.name)},
  version: "0.1.0",
  title: ${JSON.stringify(titleOf(skill))},
  description: "Gives the first sentence of a text.",
  worker: { species: "wrk.mem.summarizer" },
  risk_tier: "low", // low | medium | high | critical
  policy_tier: 2, // L0..L8
  capabilities: ["cap.mem.summarize"],
  data_labels: ["PUBLIC", "INTERNAL"],
  allowed_environments: ["dev"],
  required_controls: ["ctrl.obs.audit-log-append-only"],
  currently_implements: ["ctrl.obs.audit-log-append-only"],
  blast_radius: { data: 1, network: 1, financial: 1, time: 1, reversibility: 0 },
  privilege_envelope: { secrets_access: [], network_egress: "none", filesystem_writes: [], tools: [] },
  tools: [summarize],
});
`;
}

function readme(skill: NewSkill): string {
  return `# ${titleOf(skill)}

A skill for the Hall, in code: \`skill.ts\` defines what it is and how its tools work.

    hall dev .                 # build, test, install; again on every save
    hall skill test .          # run the examples
    hall skill run ${firstTool(skill)} --input '{"text":"Hello there. Bye."}'

An editor finds the types after \`npm install --save-dev wcp-hall\`; building needs no package.

When it is ready: \`hall skill build\`, \`certify\`, \`publish\`, and \`hall skill install ${skill.namespace}/${skill.name}\`.
`;
}

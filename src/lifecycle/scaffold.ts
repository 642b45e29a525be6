import { OWN_DATA } from "../protocol/worker.js";

/** What a new skill is called. */
export type NewSkill = { readonly namespace: string; readonly name: string };

/** The files of a new skill by path: small, complete, and certified as they are. */
export function scaffold(skill: NewSkill): Readonly<Record<string, string>> {
  return { "skill.yaml": manifest(skill), "src/summarize.ts": HANDLER, "README.md": readme(skill) };
}

/** The one tool of a new skill, named after it: tool names are unique in a home. */
export function firstTool({ name }: NewSkill): string {
  return `${name.replaceAll("-", "_").slice(0, 38)}_summarize`;
}

export function titleOf({ name }: NewSkill): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll("-", " ");
}

function manifest(skill: NewSkill): string {
  return `# What this skill is, what it may do, and what its tools look like to an agent.
manifest_version: "1"
namespace: ${skill.namespace}
name: ${JSON.stringify(skill.name)}
version: "0.1.0"
title: ${JSON.stringify(titleOf(skill))}
description: Gives the first sentence of a text.
worker: { species: wrk.mem.summarizer }
risk_tier: low # low | medium | high | critical
policy_tier: 2 # L0..L8
capabilities: [cap.mem.summarize]
data_labels: [PUBLIC, INTERNAL]
allowed_environments: [dev]
required_controls: [ctrl.obs.audit-log-append-only]
currently_implements: [ctrl.obs.audit-log-append-only]
blast_radius: { data: 1, network: 1, financial: 1, time: 1, reversibility: 0 }
privilege_envelope:
  secrets_access: []
  network_egress: none
  filesystem_writes: [] # ["${OWN_DATA}"] for a directory of its own
  tools: []
tools:
  - name: ${firstTool(skill)}
    description: Give the first sentence of a text.
    capability: cap.mem.summarize
    input_schema:
      type: object
      properties:
        text: { type: string, minLength: 1, maxLength: 10000 }
      required: [text]
    output_schema:
      type: object
      properties:
        summary: { type: string }
      required: [summary]
    handler: src/summarize.ts
    examples:
      - name: takes the first sentence
        input: { text: "Buy tea. Water the plants." }
        output: { summary: "Buy tea." }
`;
}

const HANDLER = `/** Runs in a process of its own, contained: it may touch only what the manifest's envelope says. */
export default function summarize(input: { text: string }): { summary: string } {
  const [sentence] = input.text.split(/(?<=[.!?])\\s/);
  return { summary: sentence ?? input.text };
}
`;

function readme(skill: NewSkill): string {
  return `# ${titleOf(skill)}

A skill for the Hall: \`skill.yaml\` says what it is, \`src/\` holds its handlers.

    hall dev .                 # build, test, install; again on every save
    hall skill test .          # run the examples
    hall skill run ${firstTool(skill)} --input '{"text":"Hello there. Bye."}'

When it is ready: \`hall skill build\`, \`certify\`, \`publish\`, and \`hall skill install ${skill.namespace}/${skill.name}\`.
`;
}

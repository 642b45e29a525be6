import { parse } from "yaml";
import { type CheckedManifest, checkManifest } from "../../src/compile/checkManifest.js";
import type { SkillManifest } from "../../src/protocol/skill.js";

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the manifest's own placeholder
export const DATA = "${data}";

/** hall.md's example, as an author writes it. */
export const NOTES_YAML = `
manifest_version: "1"
namespace: org.acme
name: notes
version: "1.2.0"
title: Notes
description: Search and add notes in the team's notebook.
worker: { species: wrk.doc.searcher }
risk_tier: low
policy_tier: 2
capabilities: [cap.doc.search, cap.doc.write]
data_labels: [PUBLIC, INTERNAL]
allowed_environments: [dev, stage, prod]
required_controls: [ctrl.obs.audit-log-append-only]
currently_implements: [ctrl.obs.audit-log-append-only]
blast_radius: { data: 1, network: 0, financial: 0, time: 1, reversibility: 0 }
privilege_envelope:
  secrets_access: []
  network_egress: none
  filesystem_writes: ["${DATA}"]
  tools: []
limits: { timeout_ms: 10000, memory_mb: 128, output_bytes: 262144, concurrency: 1 }
attestation_required: true
audit_events: [execute, deny]
tools:
  - name: search_notes
    description: Find notes that contain all the words.
    capability: cap.doc.search
    input_schema: { type: object, properties: { query: { type: string, minLength: 1, maxLength: 200 } }, required: [query] }
    output_schema: { type: object, properties: { hits: { type: array, items: { type: string } } }, required: [hits] }
    handler: src/search.ts
    examples: [{ name: finds one, data: { notes.txt: "buy tea\\n" }, input: { query: tea }, output: { hits: ["buy tea"] } }]
  - name: add_note
    description: Add a note.
    capability: cap.doc.write
    input_schema: { type: object, properties: { text: { type: string } }, required: [text] }
    handler: src/add.ts
`;

type Draft = Record<string, unknown> & { tools: Record<string, unknown>[] };

/** A fresh parse of the example, changed as a test likes. */
export function draft(change: (manifest: Draft) => void = () => {}): Draft {
  const manifest = parse(NOTES_YAML) as Draft;
  change(manifest);
  return manifest;
}

/** The manifest that a value is checked to; fails the test when it has problems. */
export function accepted(value: unknown): SkillManifest {
  const checked = checkManifest(value);
  if ("problems" in checked) throw new Error(JSON.stringify(checked.problems));
  return checked.manifest;
}

/** The places of a value's problems, as dotted texts. */
export function places(checked: CheckedManifest): string[] {
  return "problems" in checked ? checked.problems.map((problem) => problem.path.join(".")) : [];
}

/** The problem at a place, or undefined. */
export function problemAt(checked: CheckedManifest, place: string) {
  return "problems" in checked
    ? checked.problems.find((problem) => problem.path.join(".") === place)
    : undefined;
}

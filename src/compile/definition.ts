import { catalogEntity } from "../protocol/catalog.js";
import { skillId } from "../protocol/ids.js";
import type { ManifestTool, SkillManifest, ToolAnnotations, ToolDefinition } from "../protocol/skill.js";
import { isOwnData, type WorkerRecord } from "../protocol/worker.js";

/** What frameworks see of a checked manifest's tools, in its order. */
export function definitionsOf(manifest: SkillManifest): readonly ToolDefinition[] {
  return manifest.tools.map((tool) => {
    const title = titleOf(tool.name);
    return {
      name: tool.name,
      title,
      description: tool.description,
      capability_id: tool.capability,
      input_schema: tool.input_schema,
      output_schema: tool.output_schema ?? null,
      annotations: annotationsOf(manifest, tool, title),
      skill_id: skillId(manifest.namespace, manifest.name),
      version: manifest.version,
    };
  });
}

/** The worker that the skill's installation enrols (wcp.md 2.7). */
export function workerOf(manifest: SkillManifest): WorkerRecord {
  return {
    worker_id: manifest.worker.id,
    worker_species_id: manifest.worker.species,
    worker_version: manifest.version,
    capabilities: manifest.capabilities,
    risk_tier: manifest.risk_tier,
    required_controls: manifest.required_controls,
    currently_implements: manifest.currently_implements,
    allowed_environments: manifest.allowed_environments,
    data_labels: manifest.data_labels,
    blast_radius: manifest.blast_radius,
    privilege_envelope: manifest.privilege_envelope,
  };
}

/** `search_notes` as `Search notes`. */
function titleOf(name: string): string {
  const words = name.replaceAll(/[_-]+/g, " ").trim() || name;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Last words of capabilities that only look. */
const LOOKS =
  /^(?:search|find|read|get|list|query|inspect|show|lookup|count|detect|verify|validate|classify|summarize|estimate|compare|diff)(?:-|$)/;
/** Last words of capabilities that take something away. */
const DESTROYS =
  /^(?:delete|purge|remove|erase|drop|migrate|redact|revoke|expire|disable|drain|rollback|overwrite)(?:-|$)/;

/**
 * Hints for clients, from envelope, blast and capability, never from what the author calls safe. In doubt the graver
 * one: a tool is read-only only if its capability just looks and its envelope lets it change nothing.
 */
function annotationsOf(
  { privilege_envelope: envelope, blast_radius }: SkillManifest,
  tool: ManifestTool,
  title: string,
): ToolAnnotations {
  const verb = tool.capability.slice(tool.capability.lastIndexOf(".") + 1);
  const reachesOut = envelope.network_egress !== "none" || envelope.tools.length > 0;
  const readOnlyHint = LOOKS.test(verb) && !reachesOut && envelope.filesystem_writes.length === 0;
  const destroys =
    DESTROYS.test(verb) || blast_radius.reversibility > 0 || !envelope.filesystem_writes.every(isOwnData);
  return {
    title,
    readOnlyHint,
    destructiveHint: !readOnlyHint && (reachesOut || destroys),
    idempotentHint: readOnlyHint || catalogEntity(tool.capability)?.idempotency === "full",
    openWorldHint: reachesOut,
  };
}

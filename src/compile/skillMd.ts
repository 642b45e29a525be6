import { skillId } from "../protocol/ids.js";
import type { SkillManifest, ToolDefinition } from "../protocol/skill.js";

/**
 * SKILL.md of a skill (apis.md 8): advice for an agent, never a gate. Every scalar of the frontmatter is quoted, since
 * its readers take no other YAML.
 */
export function skillMd(
  manifest: SkillManifest,
  definitions: readonly ToolDefinition[],
  manifestHash: string,
): string {
  const tools = definitions.map(
    (tool) => `- \`${tool.name}\` (${tool.capability_id}): ${oneLine(tool.description)}`,
  );
  return [
    "---",
    `name: ${quoted(manifest.name)}`,
    `description: ${quoted(manifest.description)}`,
    "metadata:",
    `  "dev.hall/manifest": ${quoted(`sha256:${manifestHash}`)}`,
    `  "dev.hall/skill": ${quoted(skillId(manifest.namespace, manifest.name))}`,
    `  "dev.hall/version": ${quoted(manifest.version)}`,
    "---",
    "",
    `# ${oneLine(manifest.title)}`,
    "",
    manifest.description.trim(),
    "",
    "## Tools",
    "",
    ...tools,
    "",
    "## Every call is governed",
    "",
    "These tools run in a Hall. Each call is decided by its policy and recorded before it runs, and may be allowed,",
    "denied or held for a person's approval. A denial says why and who can help; trying the same again doesn't change",
    "it. After `APPROVAL_REQUIRED` wait for the approval, then make the same call once more.",
    "",
  ].join("\n");
}

/** A JSON text is a double-quoted YAML scalar. */
function quoted(text: string): string {
  return JSON.stringify(oneLine(text));
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ");
}

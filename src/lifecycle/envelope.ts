import type { SkillManifest } from "../protocol/skill.js";
import { isOwnData } from "../protocol/worker.js";
import { shownJson, shownText } from "./shown.js";

/** What a skill may do and how dangerous it is, a line each, for whoever decides on installing it. */
export function envelopeLines(manifest: SkillManifest): readonly string[] {
  const { privilege_envelope: envelope, blast_radius, limits } = manifest;
  const hosts = envelope.egress?.allowlist.join(", ");
  return [
    `title: ${shownText(manifest.title)}`,
    ...manifest.tools.map((tool) => `tool ${tool.name} (${tool.capability}): ${shownText(tool.description)}`),
    `risk: ${manifest.risk_tier}, policy tier L${manifest.policy_tier}`,
    `data labels: ${manifest.data_labels.join(", ")}; environments: ${manifest.allowed_environments.join(", ")}`,
    `network: ${envelope.network_egress}${hosts === undefined ? "" : ` (${shownText(hosts)})`}`,
    `writes: ${envelope.filesystem_writes.map(writes).join(", ") || "nothing"}`,
    `secrets: ${envelope.secrets_access.join(", ") || "none"}`,
    `calls other tools: ${envelope.tools.join(", ") || "none"}`,
    `controls: ${manifest.required_controls.join(", ") || "none"}`,
    `blast radius: ${Object.entries(blast_radius)
      .map(([name, level]) => `${name} ${level}`)
      .join(", ")}`,
    `limits: ${limits.timeout_ms} ms, ${limits.memory_mb} MB, ${limits.output_bytes} bytes of output`,
  ];
}

/** What an upgrade changes about them; lines that stay the same are left out. */
export function envelopeChanges(before: SkillManifest, after: SkillManifest): readonly string[] {
  const [old, now] = [envelopeLines(before), envelopeLines(after)];
  return [
    ...(before.version === after.version ? [] : [`version: ${before.version} becomes ${after.version}`]),
    ...old.filter((line) => !now.includes(line)).map((line) => `no longer ${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `now ${line}`),
  ];
}

function writes(path: string): string {
  return isOwnData(path) ? "its own data directory" : shownJson(path);
}

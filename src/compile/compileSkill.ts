import { canonicalJson, type JsonObject, sha256Hex } from "../protocol/canonical.js";
import type { SkillManifest, ToolDefinition } from "../protocol/skill.js";
import { ADAPTERS } from "../protocol/standing.js";
import type { WorkerRecord } from "../protocol/worker.js";
import { definitionsOf, workerOf } from "./definition.js";
import { checkTools, type Platform, renderTools } from "./platforms.js";
import { CompileError } from "./problem.js";
import { parseSkillJson, writeSkillJson } from "./skillJson.js";
import { skillMd } from "./skillMd.js";
import { loadValidator } from "./validator.js";

/** Everything that a build writes beside the bundled handlers. */
export type CompiledSkill = {
  readonly skill_json: Uint8Array;
  /** H of skill_json, 64 hex. */
  readonly manifest_hash: string;
  readonly definitions: readonly ToolDefinition[];
  /** `tools/<platform>.json`: the tools in the platform's own words. */
  readonly platforms: Readonly<Record<Platform, readonly JsonObject[]>>;
  readonly skill_md: string;
  /** A `.mcp.json` that starts this Hall; it holds no paths. */
  readonly mcp_json: JsonObject;
  readonly worker: WorkerRecord;
};

/**
 * Compiles a manifest that checkManifest accepted. Equal manifests and Hall versions give equal bytes. Throws
 * CompileError if any definition is malformed or any validator doesn't compile: then nothing may be published.
 */
export async function compileSkill(manifest: SkillManifest, hallVersion: string): Promise<CompiledSkill> {
  const skill_json = writeSkillJson(manifest);
  if (canonicalJson(parseSkillJson(skill_json).manifest) !== canonicalJson(manifest)) {
    const problem = {
      path: [],
      message: "isn't the form that checking gives",
      remedy: "Pass what checkManifest returned",
    };
    throw new CompileError("The manifest hasn't been checked", [problem]);
  }
  const definitions = definitionsOf(manifest);
  for (const { input_schema, output_schema } of definitions) {
    await loadValidator(input_schema);
    if (output_schema !== null) await loadValidator(output_schema);
  }
  const manifest_hash = sha256Hex(skill_json);
  return {
    skill_json,
    manifest_hash,
    definitions,
    platforms: renderAll(definitions),
    skill_md: skillMd(manifest, definitions, manifest_hash),
    mcp_json: mcpJson(hallVersion),
    worker: workerOf(manifest),
  };
}

function renderAll(definitions: readonly ToolDefinition[]): CompiledSkill["platforms"] {
  const rendered = ADAPTERS.map((platform) => [platform, renderTools(platform, definitions)] as const);
  for (const [platform, tools] of rendered) checkTools(platform, tools);
  return Object.fromEntries(rendered) as CompiledSkill["platforms"];
}

/** The version is exact, so that a newer Hall is a decision and not an accident. */
function mcpJson(hallVersion: string): JsonObject {
  return {
    mcpServers: { hall: { type: "stdio", command: "npx", args: ["-y", `wcp-hall@${hallVersion}`, "mcp"] } },
  };
}

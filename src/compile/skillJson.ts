import {
  CanonicalError,
  canonicalBytes,
  type Json,
  parseCanonical,
  sha256Hex,
} from "../protocol/canonical.js";
import type { SkillManifest, ToolDefinition } from "../protocol/skill.js";
import type { WorkerRecord } from "../protocol/worker.js";
import { checkManifest } from "./checkManifest.js";
import { definitionsOf, workerOf } from "./definition.js";
import { CompileError } from "./problem.js";

/** What a skill.json says, checked by this Hall. */
export type ParsedSkill = {
  readonly manifest: SkillManifest;
  readonly definitions: readonly ToolDefinition[];
  readonly worker: WorkerRecord;
  /** H of the bytes (formats.md, Artifact and certificate). */
  readonly manifest_hash: string;
};

/** The bytes of skill.json: JCS of the checked manifest, with defaults, raised risk and compiled schemas. */
export function writeSkillJson(manifest: SkillManifest): Uint8Array {
  return canonicalBytes(manifest);
}

/**
 * Reads skill.json at install and in every gather. All of it is checked again, since a publisher's build proves nothing:
 * risk is raised by this Hall's catalogue and schemas are closed here. Throws CompileError with every problem.
 */
export function parseSkillJson(bytes: Uint8Array): ParsedSkill {
  const checked = checkManifest(readJson(bytes));
  if ("problems" in checked) throw new CompileError("skill.json isn't a valid manifest", checked.problems);
  const { manifest } = checked;
  return {
    manifest,
    definitions: definitionsOf(manifest),
    worker: workerOf(manifest),
    manifest_hash: sha256Hex(bytes),
  };
}

function readJson(bytes: Uint8Array): Json {
  try {
    return parseCanonical(bytes);
  } catch (error) {
    if (!(error instanceof CanonicalError)) throw error;
    const problem = { path: [], message: error.message, remedy: "Build the skill again" };
    throw new CompileError("skill.json can't be read", [problem]);
  }
}

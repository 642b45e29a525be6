import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readSkillSource } from "../build/source.js";
import { checkManifest } from "../compile/checkManifest.js";
import { writeSkillJson } from "../compile/skillJson.js";
import { readConfig } from "../hall/home.js";
import { sha256Hex } from "../protocol/canonical.js";
import { NamespaceSchema, SkillNameSchema, skillId } from "../protocol/ids.js";
import { collectContained } from "./collectSkill.js";
import { LifecycleError } from "./error.js";
import { defaultNamespace } from "./initHome.js";
import { recordWork } from "./recordWork.js";
import { type NewSkill, scaffold } from "./scaffold.js";
import { scaffoldCode } from "./scaffoldCode.js";
import { type OpenHome, type Workshop, withHomeIfAny } from "./workshop.js";

export type InitSkillOptions = {
  readonly name: string;
  /** A new or empty directory; one named after the skill when left out. */
  readonly dir?: string;
  /** The home's when left out, outside a home `x.<user>`. */
  readonly namespace?: string;
  /** Defined in code, by a skill.ts, instead of a skill.yaml with handlers beside it. */
  readonly code?: boolean;
};

export type NewSkillReport = {
  readonly dir: string;
  readonly skill_id: string;
  readonly files: readonly string[];
};

/** Writes a small skill that works, to be changed. Throws LifecycleError EXISTS rather than write among other files. */
export function initSkill(ws: Workshop, options: InitSkillOptions): Promise<NewSkillReport> {
  return withHomeIfAny(ws, async (parts) => {
    const skill = nameOf(ws, options, parts);
    const dir = resolve(ws.cwd, options.dir ?? skill.name);
    if (existsSync(dir) && readdirSync(dir).length > 0) {
      throw new LifecycleError(
        "EXISTS",
        `${dir} isn't empty; nothing was changed.`,
        "Name another directory.",
      );
    }
    const files = options.code === true ? scaffoldCode(skill) : scaffold(skill);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text, { flag: "wx" });
    }
    const skill_id = skillId(skill.namespace, skill.name);
    await recordWork(ws, parts, "init", { skill_id, ...(await whatIs(dir)), artifact_digest: null });
    return { dir, skill_id, files: Object.keys(files).map((path) => join(dir, path)) };
  });
}

function nameOf(ws: Workshop, options: InitSkillOptions, parts: OpenHome | undefined): NewSkill {
  const { name, namespace = parts === undefined ? defaultNamespace(ws) : readConfig(parts.home).namespace } =
    options;
  if (!SkillNameSchema.safeParse(name).success) {
    throw new LifecycleError(
      "BAD_ARGUMENT",
      `${JSON.stringify(name)} isn't a skill's name.`,
      "Write lower case letters, digits and single hyphens.",
    );
  }
  if (!NamespaceSchema.safeParse(namespace).success) {
    throw new LifecycleError(
      "BAD_ARGUMENT",
      `${JSON.stringify(namespace)} isn't a namespace.`,
      "Write x.<name> or org.<name>.",
    );
  }
  return { namespace, name };
}

async function whatIs(dir: string): Promise<{ version: string | null; manifest_hash: string | null }> {
  const { manifest } = await readSkillSource(dir, checkManifest, collectContained);
  if (manifest === undefined) return { version: null, manifest_hash: null };
  return { version: manifest.version, manifest_hash: sha256Hex(writeSkillJson(manifest)) };
}

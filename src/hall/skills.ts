import { readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { packageHash } from "../attest/packageHash.js";
import { type Artifact, readArtifact } from "../build/artifact.js";
import { parseSkillJson } from "../compile/skillJson.js";
import { canonicalBytes, sha256Hex } from "../protocol/canonical.js";
import type { SkillManifest, ToolDefinition } from "../protocol/skill.js";
import type { Install } from "../records/installs.js";
import type { GovernedTool } from "./tool.js";

/** A tool of an installed skill, as the install record and the skill.json it names describe it. */
export type InstalledTool = GovernedTool & {
  readonly install: Install;
  readonly manifest: SkillManifest;
  readonly definition: ToolDefinition;
};

/** The tool as an installed skill's. Throws TypeError for any other. */
export function asInstalled(tool: GovernedTool): InstalledTool {
  if ("install" in tool && "manifest" in tool && "definition" in tool) return tool as InstalledTool;
  throw new TypeError(`${tool.name} is no tool of an installed skill`);
}

/** The bytes of an artifact as this process holds them, with the hashes that were recomputed from them. */
export type HeldArtifact = {
  readonly artifact_digest: string;
  readonly package_hash: string;
  readonly manifest_hash: string;
  /** Tool name to the verified source of its handler. */
  readonly handlers: ReadonlyMap<string, Uint8Array>;
};

/** The installed skills of a home: what they say, and the bytes that run. */
export type Skills = {
  all(): readonly InstalledTool[];
  find(tool: string): InstalledTool | undefined;
  /** The installed bytes, read again whenever the file may have changed. Throws when there are none to read. */
  held(install: Install): HeldArtifact;
};

export function openSkills(parts: {
  readonly installs: () => readonly Install[];
  readonly epoch: () => number;
  readonly artifacts: ArtifactFiles;
}): Skills {
  let known:
    | { epoch: number; tools: readonly InstalledTool[]; byName: ReadonlyMap<string, InstalledTool> }
    | undefined;
  const current = () => {
    const epoch = parts.epoch();
    if (known === undefined || known.epoch !== epoch) {
      const tools = parts.installs().flatMap(toolsOf);
      known = { epoch, tools, byName: new Map(tools.map((tool) => [tool.definition.name, tool])) };
    }
    return known;
  };
  return {
    all: () => current().tools,
    find: (tool) => current().byName.get(tool),
    held: (install) => parts.artifacts.hold(install.artifact_digest),
  };
}

function toolsOf(install: Install): InstalledTool[] {
  const { manifest, definitions, worker } = parseSkillJson(canonicalBytes(install.skill));
  const { skill_id, version, artifact_digest } = install;
  const { title, namespace, allowed_environments } = manifest;
  const whose = { skill_id, version, namespace, allowed_environments, title, worker };
  return definitions.map((definition) => {
    const { name, capability_id } = definition;
    return {
      ...whose,
      name,
      capability_id,
      artifact_digest,
      definition_digest: null,
      install,
      manifest,
      definition,
    };
  });
}

/** Where installed artifacts lie: a directory of files named by digest, or memory in a throw-away Hall. */
export type ArtifactFiles = {
  hold(digest: string): HeldArtifact;
  put(digest: string, bytes: Uint8Array): void;
};

/** A file's stat counts as unchanged only if it was at rest for so long before it was hashed. */
const SETTLED_MS = 2_000;

/** Artifact files in `dir`, each read and hashed once, and again when its stat changed or was still fresh. */
export function artifactDirectory(
  dir: string,
  write: (path: string, bytes: Uint8Array) => void,
  now: () => number,
) {
  const cache = new Map<string, { held: HeldArtifact; stat: Stats; hashedAt: number }>();
  return {
    hold(digest: string): HeldArtifact {
      const path = join(dir, digest);
      const stat = statSync(path);
      const cached = cache.get(digest);
      if (
        cached !== undefined &&
        sameFile(cached.stat, stat) &&
        stat.ctimeMs + SETTLED_MS < cached.hashedAt
      ) {
        return cached.held;
      }
      const hashedAt = now();
      const held = holdBytes(readFileSync(path));
      cache.set(digest, { held, stat, hashedAt });
      return held;
    },
    put: (digest: string, bytes: Uint8Array) => write(join(dir, digest), bytes),
  } satisfies ArtifactFiles;
}

/** Artifacts of a Hall that lives in memory. */
export function artifactMemory(): ArtifactFiles {
  const held = new Map<string, HeldArtifact>();
  return {
    hold(digest) {
      const found = held.get(digest);
      if (found === undefined) throw new Error("no such artifact");
      return found;
    },
    put: (digest, bytes) => void held.set(digest, holdBytes(bytes)),
  };
}

function sameFile(a: Stats, b: Stats): boolean {
  return (
    a.dev === b.dev &&
    a.ino === b.ino &&
    a.size === b.size &&
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs
  );
}

function holdBytes(bytes: Uint8Array): HeldArtifact {
  const artifact: Artifact = readArtifact(bytes);
  const handlers = new Map<string, Uint8Array>();
  for (const [path, content] of artifact.files) {
    const name = /^handlers\/(.+)\.mjs$/.exec(path)?.[1];
    if (name !== undefined) handlers.set(name, content);
  }
  return {
    artifact_digest: artifact.digest,
    package_hash: packageHash([...artifact.files].map(([path, content]) => ({ path, bytes: content }))),
    manifest_hash: sha256Hex(artifact.skill_json),
    handlers,
  };
}

import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { openCertificate } from "../attest/certificate.js";
import { MAX_ARTIFACT_BYTES } from "../build/archive.js";
import type { Envelope } from "../evidence/dsse.js";
import type { Home } from "../hall/home.js";
import { statePaths } from "../hall/state.js";
import { parseSkillId } from "../protocol/ids.js";
import type { PackageManifest } from "../protocol/package.js";
import { LifecycleError } from "./error.js";
import { parseVersion } from "./semver.js";
import { jsonText, readIfThere, readJsonIfThere, writeWhole } from "./wholeFile.js";

/** One published version, as it lies in the registry. Nothing of it is checked yet: a registry is a stranger. */
export type Published = {
  readonly artifact: Uint8Array;
  readonly certificate: unknown;
  readonly awp: unknown;
};

/** A registry that is a directory: `<namespace>/<name>/<version>/{artifact.skill, certificate.json, manifest.json}`. */
export type Registry = {
  readonly dir: string;
  /** Version texts of a skill, in no promised order; none for an unknown one. */
  versions(skill_id: string): readonly string[];
  /** Throws LifecycleError NOT_FOUND. */
  read(skill_id: string, version: string): Published;
  /**
   * Publishes a version, whole or not at all. The same bytes again change nothing, but bring a renewed certificate of
   * the same publisher. Throws LifecycleError VERSION_EXISTS for any others.
   */
  publish(skill_id: string, version: string, release: Release): void;
};

export type Release = {
  readonly artifact: Uint8Array;
  readonly certificate: Envelope;
  readonly signer: string;
  readonly awp: PackageManifest;
};

/** The registry that a home's config names (formats.md, config.json): `file:` is this user's, `file:PATH` one of its own. */
export function registryOf(home: Home, registry: string): Registry {
  const path = registry.slice("file:".length);
  const dir = path === "" ? statePaths(home).registry : resolve(dirname(home.dir), path);
  return fileRegistry(dir);
}

const ARTIFACT = "artifact.skill";
const CERTIFICATE = "certificate.json";
const MANIFEST = "manifest.json";

export function fileRegistry(dir: string): Registry {
  const placeOf = (skill_id: string): string => {
    const id = parseSkillId(skill_id);
    if (id !== undefined) return join(dir, id.namespace, id.name);
    throw new LifecycleError(
      "BAD_ARGUMENT",
      `${JSON.stringify(skill_id)} isn't a skill id.`,
      "Write it like org.acme/notes.",
    );
  };
  const read = (skill_id: string, version: string): Published => {
    const place = join(placeOf(skill_id), version);
    const artifact = parseVersion(version) && readIfThere(join(place, ARTIFACT), MAX_ARTIFACT_BYTES);
    if (artifact === undefined) {
      throw new LifecycleError(
        "NOT_FOUND",
        `The registry ${dir} has no ${skill_id} ${version}.`,
        "Publish it: hall skill publish",
      );
    }
    const certificate = readJsonIfThere(join(place, CERTIFICATE));
    return { artifact, certificate, awp: readJsonIfThere(join(place, MANIFEST)) };
  };
  return {
    dir,
    read,
    versions(skill_id) {
      const place = placeOf(skill_id);
      return existsSync(place) ? readdirSync(place).filter((name) => parseVersion(name) !== undefined) : [];
    },
    publish(skill_id, version, release) {
      const place = placeOf(skill_id);
      if (parseVersion(version) === undefined) throw new TypeError(`${version} isn't a version`);
      if (!putNew(place, version, release))
        renew(join(place, version), read(skill_id, version), { skill_id, version, release });
    },
  };
}

/** The version's directory, filled beside and then renamed into place; false when there is one. */
function putNew(place: string, version: string, { artifact, certificate, awp }: Release): boolean {
  if (existsSync(join(place, version))) return false;
  const made = join(place, `.part-${randomUUID()}`); // others may read it too: mkdtemp would keep it to this user
  mkdirSync(made, { recursive: true });
  try {
    writeWhole(join(made, ARTIFACT), artifact);
    writeWhole(join(made, CERTIFICATE), jsonText(certificate));
    writeWhole(join(made, MANIFEST), jsonText(awp));
    renameSync(made, join(place, version));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST") return false; // another process has just published it
    throw error;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

type Again = { readonly skill_id: string; readonly version: string; readonly release: Release };

function renew(place: string, published: Published, { skill_id, version, release }: Again): void {
  const refuse = (why: string) =>
    new LifecycleError(
      "VERSION_EXISTS",
      `${skill_id} ${version} is published already, ${why}. A version never changes.`,
      "Raise the version in skill.yaml, then build, certify and publish it.",
    );
  if (Buffer.compare(published.artifact, release.artifact) !== 0) throw refuse("with other bytes");
  if (openCertificate(published.certificate, [release.signer]) === undefined)
    throw refuse("by another publisher");
  const papers = ({ certificate, awp }: Pick<Published, "certificate" | "awp">) =>
    JSON.stringify([certificate, awp]);
  if (papers(published) === papers(release)) return;
  writeWhole(join(place, CERTIFICATE), jsonText(release.certificate));
  writeWhole(join(place, MANIFEST), jsonText(release.awp));
}

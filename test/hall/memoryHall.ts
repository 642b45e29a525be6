import { fileURLToPath } from "node:url";
import { CERTIFICATE_MS, issueCertificate } from "../../src/attest/certificate.js";
import { manifestOf } from "../../src/attest/manifest.js";
import { packageHash } from "../../src/attest/packageHash.js";
import { readArtifact } from "../../src/build/artifact.js";
import { type BuiltSkill, buildSkill } from "../../src/build/buildSkill.js";
import { checkManifest } from "../../src/compile/checkManifest.js";
import { compileSkill } from "../../src/compile/compileSkill.js";
import { commonBody } from "../../src/hall/bodies.js";
import { type MemoryKeys, type MemoryOptions, openMemoryHall } from "../../src/hall/open.js";
import type { HallParts } from "../../src/hall/parts.js";
import { makePolicyDocument } from "../../src/hall/policy.js";
import type { Caller } from "../../src/hall/types.js";
import { timestamp } from "../../src/protocol/clock.js";
import { HomeConfigSchema } from "../../src/protocol/config.js";
import { ENGINE, VERSION } from "../../src/protocol/version.js";

export const NOTES = fileURLToPath(new URL("../../skills/notes", import.meta.url));

export const CALLER: Caller = {
  tenant_id: "local",
  agent: "mcp:test",
  adapter: "mcp",
  surface: "mcp",
  session_id: "00000000-0000-4000-8000-000000000001",
  env: "dev",
  data_label: "INTERNAL",
  tenant_risk: "low",
  qos_class: "P2",
};

/** A rule for one capability in dev. */
export const ruleFor = (
  rule_id: string,
  capability_id: string,
  species: string,
  escalation: object = {},
) => ({
  rule_id,
  match: { capability_id, env: "dev" },
  decision: {
    candidate_workers_ranked: [{ worker_species_id: species, score_hint: 1 }],
    required_controls_suggested: ["ctrl.obs.audit-log-append-only"],
    escalation,
  },
});

/** search_notes runs, add_note is held: the demo's rules. */
export const NOTES_RULES = [
  ruleFor("rr_notes_search_dev_001", "cap.doc.search", "wrk.doc.searcher"),
  ruleFor("rr_notes_write_dev_001", "cap.doc.write", "wrk.doc.searcher", { human_required_default: true }),
];

export function policyOf(rules: readonly unknown[] = NOTES_RULES, config: object = {}) {
  const base = {
    env: "dev",
    profile: "prof.dev.permissive",
    tenant: "local",
    namespace: "org.acme",
    caller: { data_label: "INTERNAL", tenant_risk: "low", qos_class: "P2" },
    registry: "file:",
    namespaces: { local: ["org.acme"] },
  };
  return makePolicyDocument(HomeConfigSchema.parse({ ...base, ...config }), { rules });
}

const built = new Map<string, Promise<BuiltSkill>>();

/** A skill's artifact, built once for all tests of a file. */
export function build(directory: string): Promise<BuiltSkill> {
  const known = built.get(directory);
  if (known !== undefined) return known;
  const building = buildSkill(directory, { compile: { checkManifest, compileSkill }, hallVersion: VERSION });
  built.set(directory, building);
  return building;
}

/** Puts a built skill into a Hall in memory, certified by its own publisher. */
export async function install(parts: HallParts & { keys: MemoryKeys }, skill: BuiltSkill): Promise<string> {
  const artifact = readArtifact(skill.artifact);
  const { worker } = skill.skill;
  const { namespace, name, version } = skill.manifest;
  const package_hash = packageHash([...artifact.files].map(([path, bytes]) => ({ path, bytes })));
  const now = parts.clock();
  const subject = { skill_id: `${namespace}/${name}`, version, artifact_digest: artifact.digest };
  const certificate = issueCertificate(
    {
      ...subject,
      manifest_hash: artifact.manifest_hash,
      package_hash,
      checks: [{ name: "rebuild", ok: true }],
      toolchain: skill.toolchain,
      publisher_key: parts.keys.publisher.key,
      issued_at: timestamp(now),
      expires_at: timestamp(now + CERTIFICATE_MS),
    },
    parts.keys.publisher,
  );
  const awp = manifestOf(package_hash, {
    workerId: worker.worker_id,
    workerSpeciesId: worker.worker_species_id,
    workerVersion: version,
    signingSecret: parts.own().attestSecret,
    now: parts.clock,
  });
  parts.artifacts.put(artifact.digest, skill.artifact);
  const { value } = await parts.store().write((tx) => {
    tx.putDocument(artifact.skill_json);
    const body = { ...commonBody(CALLER, ENGINE), ...subject };
    const { manifest_hash } = artifact;
    return tx.append({ kind: "install", body: { ...body, certificate, manifest_hash, awp, dev: false } });
  });
  return value.record_id;
}

/** A Hall in memory with notes installed. */
export async function openNotesHall(options: Partial<MemoryOptions> = {}) {
  const parts = await openMemoryHall({ policy: () => policyOf(), ...options });
  await install(parts, await build(NOTES));
  return parts;
}

import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SKILL = fileURLToPath(new URL("skill", import.meta.url));
const SPECIES = "wrk.doc.searcher";

/** What a Hall with the bench's skill needs of the built package. */
export const HALL_MODULES = ["build/buildSkill.js", "hall/open.js", "mcp/index.js", "run/runner.js"];

const CONFIG = {
  env: "dev",
  profile: "prof.dev.permissive",
  tenant: "local",
  namespace: "org.acme",
  caller: { data_label: "INTERNAL", tenant_risk: "low", qos_class: "P2" },
  registry: "file:",
  namespaces: { local: ["org.acme"] },
};
const RULES = [
  {
    rule_id: "rr_bench_search_dev_001",
    match: { capability_id: "cap.doc.search", env: "dev" },
    decision: {
      candidate_workers_ranked: [{ worker_species_id: SPECIES, score_hint: 1 }],
      required_controls_suggested: ["ctrl.obs.audit-log-append-only"],
    },
  },
];

export const callerNamed = (agent, session_id) => ({
  tenant_id: CONFIG.tenant,
  agent,
  adapter: "mcp",
  surface: "mcp",
  session_id,
  env: CONFIG.env,
  ...CONFIG.caller,
});

/** Builds the bench's skill into `file`. */
export async function buildBenchSkill(dist, file) {
  const { buildSkill } = await dist.load("build/buildSkill.js");
  const { checkManifest } = await dist.load("compile/checkManifest.js");
  const { compileSkill } = await dist.load("compile/compileSkill.js");
  const { artifact } = await buildSkill(SKILL, {
    compile: { checkManifest, compileSkill },
    hallVersion: "bench",
  });
  writeFileSync(file, artifact);
}

/** A Hall whose store is in memory, with the artifact installed. */
export async function openInMemory(dist, artifact) {
  const { openMemoryHall } = await dist.load("hall/open.js");
  const document = await policyDocument(dist);
  const parts = await openMemoryHall({ policy: () => document });
  await install(dist, parts, artifact, parts.keys.publisher);
  return parts;
}

/** Makes a home on disk under `directory`, applied and with the artifact installed. Other processes can open it. */
export async function makeHome(dist, directory, artifact) {
  const dir = join(directory, ".hall");
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "config.json"), JSON.stringify(CONFIG));
  writeFileSync(join(dir, "rules.json"), JSON.stringify({ rules: RULES }));
  const { loadOrCreateKey, makeState, statePaths, writePrivate } = await dist.load("hall/state.js");
  const parts = await openAt(dist, directory);
  const { home } = parts;
  makeState(home);
  const [, publisher, operator] = ["ledger", "publisher", "operator"].map((role) =>
    loadOrCreateKey(home, role),
  );
  writePrivate(statePaths(home).attestSecret, Buffer.from(randomBytes(32).toString("hex")));
  const store = await parts.ledger.ready();
  await store.begin({ continues: null, operator_keys: [operator.key] });
  await (await operatorAt(dist, parts)).apply(await policyDocument(dist), null);
  await install(dist, parts, artifact, publisher);
  await parts.hall.close();
}

/** Opens the home that lies under `directory`. */
export async function openAt(dist, directory) {
  const { openHome } = await dist.load("hall/open.js");
  const parts = await openHome({ home: directory, environment: { HALL_STATE: join(directory, "state") } });
  await parts.ledger.ready();
  return parts;
}

/** The operator of a home, with the key that lies in its state. */
export async function operatorAt(dist, parts) {
  const { principalOf } = await dist.load("hall/open.js");
  const { loadKey } = await dist.load("hall/state.js");
  return parts.hall.operator(principalOf("operator", loadKey(parts.home, "operator")));
}

async function policyDocument(dist) {
  const { makePolicyDocument } = await dist.load("hall/policy.js");
  const { HomeConfigSchema } = await dist.load("protocol/config.js");
  return makePolicyDocument(HomeConfigSchema.parse(CONFIG), { rules: RULES });
}

/** Certifies the artifact with the publisher's key and installs it. */
async function install(dist, parts, bytes, publisher) {
  const { CERTIFICATE_MS, issueCertificate } = await dist.load("attest/certificate.js");
  const { manifestOf } = await dist.load("attest/manifest.js");
  const { packageHash } = await dist.load("attest/packageHash.js");
  const { readArtifact } = await dist.load("build/artifact.js");
  const { ENGINE } = await dist.load("protocol/version.js");
  const { digest: artifact_digest, files, manifest_hash, skill_json } = readArtifact(bytes);
  const { namespace, name, version, worker } = JSON.parse(Buffer.from(skill_json).toString("utf8"));
  const package_hash = packageHash([...files].map(([path, content]) => ({ path, bytes: content })));
  const subject = { skill_id: `${namespace}/${name}`, version, artifact_digest };
  const now = parts.clock();
  const certificate = issueCertificate(
    {
      ...subject,
      manifest_hash,
      package_hash,
      checks: [{ name: "rebuild", ok: true }],
      toolchain: { hall: "bench" },
      publisher_key: publisher.key,
      issued_at: new Date(now).toISOString(),
      expires_at: new Date(now + CERTIFICATE_MS).toISOString(),
    },
    publisher,
  );
  const awp = manifestOf(package_hash, {
    workerId: worker.id,
    workerSpeciesId: worker.species,
    workerVersion: version,
    signingSecret: parts.own().attestSecret,
    now: parts.clock,
  });
  parts.artifacts.put(artifact_digest, bytes);
  const { tenant_id, session_id, surface, agent: actor } = callerNamed("cli:bench", parts.session_id);
  await parts.store().write((tx) => {
    tx.putDocument(skill_json);
    const body = { tenant_id, session_id, surface, actor, correlation_id: null, engine: ENGINE, ...subject };
    tx.append({ kind: "install", body: { ...body, certificate, manifest_hash, awp, dev: false } });
  });
}

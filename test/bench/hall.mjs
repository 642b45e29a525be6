import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SKILL = fileURLToPath(new URL("skill", import.meta.url));

/** What a Hall with the bench's skill needs of the built package. */
export const HALL_MODULES = ["hall/open.js", "lifecycle/devSkill.js", "mcp/index.js"];

const CONFIG = {
  env: "dev",
  profile: "prof.dev.permissive",
  tenant: "local",
  namespace: "org.acme",
  caller: { data_label: "INTERNAL", tenant_risk: "low", qos_class: "P2" },
  registry: "file:",
  namespaces: { local: ["org.acme"] },
};
const RULE = {
  rule_id: "rr_bench_search_dev_001",
  match: { capability_id: "cap.doc.search", env: "dev" },
  decision: {
    candidate_workers_ranked: [{ worker_species_id: "wrk.doc.searcher", score_hint: 1 }],
    required_controls_suggested: ["ctrl.obs.audit-log-append-only"],
  },
};

/** A caller of both Halls below: `hall init` has the same defaults. */
export const callerNamed = (agent, session_id) => ({
  tenant_id: CONFIG.tenant,
  agent,
  adapter: "mcp",
  surface: "mcp",
  session_id,
  env: CONFIG.env,
  ...CONFIG.caller,
});

/** The bench's skill as an artifact. */
export async function buildBenchSkill(dist) {
  const { compileAndBuild } = await dist.load("lifecycle/buildSkillAt.js");
  return compileAndBuild(SKILL);
}

/** A Hall whose store is in memory, with the skill installed. */
export async function openInMemory(dist) {
  const { openMemoryHall } = await dist.load("hall/open.js");
  const { makePolicyDocument } = await dist.load("hall/policy.js");
  const { vouchFor } = await dist.load("lifecycle/certificate.js");
  const { enrol } = await dist.load("lifecycle/enrol.js");
  const { HomeConfigSchema } = await dist.load("protocol/config.js");
  const document = makePolicyDocument(HomeConfigSchema.parse(CONFIG), { rules: [RULE] });
  const parts = await openMemoryHall({ policy: () => document });
  const { attestSecret } = parts.own();
  const vouching = { signer: parts.keys.publisher, attestSecret, clock: parts.clock };
  await enrol(workshopIn("/"), parts, vouchFor(await buildBenchSkill(dist), [], vouching), { dev: false });
  return parts;
}

/** Makes a home on disk in `directory`, with the skill installed as `hall dev` does. Other processes can open it. */
export async function makeHome(dist, directory) {
  const { initHome } = await dist.load("lifecycle/initHome.js");
  const { devSkill } = await dist.load("lifecycle/devSkill.js");
  mkdirSync(directory, { recursive: true });
  const workshop = workshopIn(directory);
  await initHome(workshop, { namespace: CONFIG.namespace, tenant: CONFIG.tenant });
  const onSaved = ({ ok, error }) => {
    if (!ok) throw new Error(JSON.stringify(error));
  };
  await devSkill(workshop, { dir: SKILL, once: true, signal: new AbortController().signal, onSaved });
}

/** Opens the home that lies in `directory`. */
export async function openAt(dist, directory) {
  const { openHome } = await dist.load("hall/open.js");
  const { cwd, environment } = workshopIn(directory);
  const parts = await openHome({ cwd, environment });
  await parts.ledger.ready();
  return parts;
}

/** Where the lifecycle works on a home, as `hall` would in its directory. */
export function workshopIn(directory) {
  return {
    cwd: directory,
    environment: { HOME: directory, HALL_STATE: stateOf(directory) },
    user: "bench",
    program: [process.execPath],
    clock: Date.now,
    progress: () => {},
    accept: async () => true,
  };
}

/** The state directory of a home here. */
export const stateOf = (directory) => join(directory, "state");

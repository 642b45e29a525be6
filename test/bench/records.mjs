import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { openDisk } from "./disk.mjs";
import { callerNamed } from "./hall.mjs";
import { ratio, takeTurns, timeOf } from "./measure.mjs";
import { atLeast } from "./table.mjs";

const WRITERS = 32;

/** Receipts that are on disk, beside the bare syncs that this disk can do. */
export const records = {
  needs: ["records/store.js", "evidence/ed25519.js", "decide/makeDecision.js"],
  rows: [
    { id: "receipts_1", what: "durable receipts/s / bare fdatasync rate, one a commit", goal: atLeast(0.75) },
    { id: "receipts_32", what: "durable receipts/s / bare fdatasync rate, 32 writers", goal: atLeast(8) },
  ],
  async measure({ quick, dist, work }) {
    const { openStore } = await dist.load("records/store.js");
    const { signerFromSeed } = await dist.load("evidence/ed25519.js");
    const [ledgerKey, operator] = [1, 2].map(() => signerFromSeed(randomBytes(32)));
    const file = join(work, "receipts.db");
    const store = await openStore({ file, witness: join(work, "witness"), ledgerKey, clock: Date.now });
    await store.begin({ continues: null, operator_keys: [operator.key] });
    const disk = openDisk(work);
    const decision = await decisionBody(dist);
    const receipt = (parent_id) =>
      store.write((tx) => tx.append({ kind: "receipt", body: receiptBody(), parent_id }));
    const perSecond = async (times, writers) => {
      const calls = await Promise.all(
        Array.from({ length: times }, () =>
          store.write((tx) => tx.append({ kind: "decision", body: decision() })),
        ),
      );
      const parents = calls.map(({ value }) => value.record_id);
      const writer = async () => {
        for (let parent = parents.pop(); parent !== undefined; parent = parents.pop()) await receipt(parent);
      };
      const took = await timeOf(() => Promise.all(Array.from({ length: writers }, writer)));
      return (times * 1000) / took;
    };
    const times = quick ? 20 : 60;
    try {
      const { one, many, sync } = await takeTurns(quick ? 5 : 41, {
        one: () => perSecond(times, 1),
        many: () => perSecond(times * 8, WRITERS),
        sync: async () => (times * 1000) / (await timeOf(() => syncTimes(disk, times))),
      });
      return { receipts_1: ratio(one, sync, "per s"), receipts_32: ratio(many, sync, "per s") };
    } finally {
      disk.close();
      store.close();
    }
  },
};

function syncTimes(disk, times) {
  for (let i = 0; i < times; i++) disk.sync();
}

function common() {
  const { tenant_id, session_id, surface, agent } = callerNamed(
    "mcp:bench",
    "00000000-0000-4000-8000-000000000001",
  );
  const install = { skill_id: "org.acme/bench", version: "1.0.0", artifact_digest: "0".repeat(64) };
  return {
    tenant_id,
    session_id,
    surface,
    actor: agent,
    correlation_id: randomUUID(),
    engine: "wcp-hall/bench",
    ...install,
  };
}

function receiptBody() {
  const now = new Date().toISOString();
  return {
    ...common(),
    outcome: "done",
    fault: null,
    result: randomBytes(32).toString("hex"),
    started_at: now,
    ended_at: now,
    containment: {
      network: "none",
      files: "enforced",
      processes: "enforced",
      memory: "enforced",
      signals: "none",
    },
    executed_by: "hall",
  };
}

/** Bodies of allowed decisions: a receipt follows nothing else. */
async function decisionBody(dist) {
  const { makeDecision } = await dist.load("decide/makeDecision.js");
  const {
    tenant_id,
    session_id: _,
    agent: __,
    adapter: ___,
    surface: ____,
    ...cell
  } = callerNamed("mcp:bench", "");
  const route_input = {
    capability_id: "cap.doc.search",
    tenant_id,
    ...cell,
    correlation_id: "c",
    request: {},
    dry_run: false,
  };
  const candidate = { worker_species_id: "wrk.doc.searcher", score_hint: 1 };
  const rules = [{ rule_id: "rr_bench", match: {}, decision: { candidate_workers_ranked: [candidate] } }];
  const facts = { controls: [], available: () => true };
  return () => {
    const now = new Date().toISOString();
    const ids = { decision_id: randomUUID(), approval_id: null };
    const decision = makeDecision({ request: route_input, rules, facts, now, ids });
    if (decision.denied) throw new Error(JSON.stringify(decision.deny_reason_if_denied));
    const rest = { dry_run: false, grant_id: null, labels: null, conditions: null };
    return { ...common(), tool: "echo", now, ids, route_input, facts: {}, decision, ...rest };
  };
}

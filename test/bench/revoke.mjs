import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { HALL_MODULES, makeHome, openAt, workshopIn } from "./hall.mjs";
import { atMost, exactly } from "./table.mjs";

const CALLER = fileURLToPath(new URL("caller.mjs", import.meta.url));
const PROCESSES = 8;

/** A revoke beside processes that call without a pause: what starts after it, and how long what runs goes on. */
export const revoke = {
  needs: HALL_MODULES,
  rows: [
    {
      id: "revoke_started",
      what: "calls that start after a revoke has committed, 8 processes",
      goal: exactly(0),
    },
    { id: "revoke_aborted", what: "ms until what runs is aborted, 8 processes", goal: atMost(1000) },
  ],
  async measure({ quick, dist, work, env }) {
    const times = quick ? 1 : 5;
    let after = 0;
    let before = 0;
    let slowest = 0;
    for (let i = 0; i < times; i++) {
      const home = join(work, `revoked${i}`);
      await makeHome(dist, home);
      const found = await revokeOnce(dist, home, env);
      after += found.after;
      before += found.before;
      slowest = Math.max(slowest, found.aborted);
    }
    return {
      revoke_started: {
        measured: after,
        note: `${before} calls before ${times} revokes, counted in the ledger`,
      },
      revoke_aborted: { measured: slowest, note: `the slowest of ${PROCESSES * times}` },
    };
  },
};

async function revokeOnce(dist, home, env) {
  const { revokeSkill } = await dist.load("lifecycle/revokeSkill.js");
  const callers = Array.from({ length: PROCESSES }, () => openCaller(dist, home, env));
  const parts = await openAt(dist, home);
  try {
    await Promise.all(callers.map(({ ready }) => ready));
    await pause(300);
    const order = await revokeSkill(workshopIn(home), { subject: "org.acme/bench", reason: "bench" });
    const reports = await Promise.all(callers.map(({ report }) => report));
    const [{ seq, at }] = parts.store().query({ id: order.record_id });
    const decisions = parts.store().query({ kind: "decision", limit: 1_000_000 });
    const allowed = decisions.filter(({ denied }) => denied === false);
    const started = allowed.filter((decision) => decision.seq > seq).length;
    return {
      after: started,
      before: allowed.length - started,
      aborted: Math.max(...reports.map(({ abortedAt }) => abortedAt - Date.parse(at))),
    };
  } finally {
    await parts.hall.close();
  }
}

/** A process that calls the tool again and again; `ready` once it is at it, `report` when it was denied and aborted. */
function openCaller(dist, home, env) {
  const child = spawn(process.execPath, [CALLER, dist.directory, home], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("a caller ended before its time");
    return JSON.parse(value);
  };
  const ready = next();
  const report = ready.then(next);
  report.catch(() => {}); // whoever waits for it hears of it
  return { ready, report };
}

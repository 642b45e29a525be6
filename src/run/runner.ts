import type { Clock } from "../protocol/clock.js";
import type { Containment } from "../protocol/facts.js";
import { OWN_DATA } from "../protocol/worker.js";
import { type Call, makeCall } from "./call.js";
import { containmentOf, runCanary, type Try, unexpected } from "./canary.js";
import { type Lane, openLane } from "./lane.js";
import { findLauncher } from "./launch.js";
import type { Job, LaneName, Runner } from "./types.js";

export type RunnerOptions = {
  readonly clock?: Clock;
  /** A child without calls is gone after this long; 60 s. */
  readonly idleMs?: number;
  /** How long a cancelled or revoked handler has to notice before it is killed; 250 ms. */
  readonly graceMs?: number;
  /** The Node that runs children; this one. Its flags are taken to be this one's. */
  readonly program?: string;
  /** Tries out what a contained child can do; runCanary. */
  readonly canary?: (command: readonly string[]) => Promise<readonly Try[]>;
};

/** Containment was tried and doesn't hold on this machine. */
export class ContainmentError extends Error {
  override readonly name = "ContainmentError";
}

/**
 * Opens the way to run handlers: a warm contained child for each (artifact, tenant, env), started when first needed
 * (hall.md, Containment). Until it is closed this process ignores SIGUSR1, by which a handler could otherwise open its
 * inspector (platform.md 1). Nothing here keeps the process alive but calls that are running.
 */
export function openRunner(options: RunnerOptions = {}): Runner {
  const {
    clock = Date.now,
    idleMs = 60_000,
    graceMs = 250,
    program = process.execPath,
    canary = runCanary,
  } = options;
  const lanes = new Map<string, Lane & { readonly name: LaneName }>();
  const deaf = () => {};
  const killAll = () => {
    for (const lane of lanes.values()) lane.killNow();
  };
  process.on("SIGUSR1", deaf);
  process.on("exit", killAll);
  let closed: Promise<void> | undefined;

  let launcher: Promise<readonly string[]> | undefined;
  const command = async () => {
    launcher ??= findLauncher();
    return [...(await launcher), program];
  };

  let trial: Promise<readonly Try[]> | undefined;
  const tried = () => {
    trial ??= command()
      .then(canary)
      .catch((error: unknown) => {
        trial = undefined; // not an answer: the next one to ask tries again
        throw error;
      });
    return trial;
  };
  let known: Containment | undefined; // asked at every call, and it reads /proc
  const admitted = async () => {
    const open = unexpected(await tried());
    if (open.length > 0)
      throw new ContainmentError(`a contained process isn't stopped here from: ${open.join(", ")}`);
  };

  const laneFor = (job: Job): Lane => {
    const { artifact_digest, tenant_id, env, data_dir, limits, envelope } = job;
    const { memory_mb } = limits;
    const writes = envelope.filesystem_writes.includes(OWN_DATA);
    const network = envelope.network_egress !== "none";
    const key = JSON.stringify([artifact_digest, tenant_id, env, data_dir, memory_mb, writes, network]);
    let lane = lanes.get(key);
    if (lane === undefined) {
      const onEmpty = () => void lanes.delete(key);
      const given = { memory_mb, data_dir, writes, network };
      const name = { artifact_digest, tenant_id, env };
      lane = { ...openLane({ ...given, command, idleMs, graceMs, admitted, onEmpty }), name };
      lanes.set(key, lane);
    }
    return lane;
  };

  return {
    async run(job) {
      const { call, ended } = makeCall(job, clock);
      submit(call);
      const result = await ended;
      return { ...result, ended_at: Math.max(clock(), result.started_at) };
    },
    async containment(): Promise<Containment> {
      try {
        const worked = await tried();
        known ??= containmentOf(worked);
        return known;
      } catch {
        return { network: "none", files: "none", processes: "none", memory: "none", signals: "none" };
      }
    },
    retain(mayStay) {
      for (const lane of [...lanes.values()]) if (!permits(mayStay, lane.name)) lane.retire();
    },
    close() {
      closed ??= (async () => {
        await Promise.all([...lanes.values()].map((lane) => lane.close()));
        process.off("SIGUSR1", deaf);
        process.off("exit", killAll);
      })();
      return closed;
    },
  };

  function submit(call: Call): void {
    if (closed === undefined) laneFor(call.job).submit(call);
    else call.end({ ok: false, code: "RUNNER_UNAVAILABLE", detail: "the runner was closed" });
  }
}

/** What can't be asked may not stay. */
function permits(mayStay: (lane: LaneName) => boolean, lane: LaneName): boolean {
  try {
    return mayStay(lane);
  } catch {
    return false;
  }
}

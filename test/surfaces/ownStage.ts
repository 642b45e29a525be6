import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signerFromSeed } from "../../src/evidence/ed25519.js";
import { lateLedger } from "../../src/hall/ledgers.js";
import { assemble } from "../../src/hall/parts.js";
import { memorySessions, sessionDirectory } from "../../src/hall/sessions.js";
import { artifactDirectory, artifactMemory } from "../../src/hall/skills.js";
import { writePrivate } from "../../src/hall/state.js";
import { openStore } from "../../src/records/store.js";
import { openRunner } from "../../src/run/runner.js";
import type { Runner } from "../../src/run/types.js";
import { testClock } from "../../src/testing/clock.js";
import { build, install } from "../hall/memoryHall.js";
import { type Beginnings, openBeginnings, SKILLS, type Stage, stageOn } from "./stage.js";

/** Where the records of a stage lie. */
export type StoreKind = "memory" | "disk";

const key = (byte: number) => signerFromSeed(Buffer.alloc(32, byte));
/** Fixed, so that policies and certificates have the same bytes on every stage. */
export const KEYS = { ledger: key(1), operator: key(2), publisher: key(3) } as const;
const ATTEST_SECRET = "7".repeat(64);

/** When every stage opens. */
export const DAWN = Date.parse("2026-11-20T08:00:00.000Z");

/**
 * A Hall with notes and unruly installed, and no policy in force yet; its clock stands still. It is the real gate,
 * store and runner, on disk or in memory.
 */
export async function openStage(kind: StoreKind): Promise<Stage> {
  const { read, ...clock } = testClock(DAWN);
  const directory = mkdtempSync(join(tmpdir(), "hall-surface-"));
  const artifacts = join(directory, "artifacts");
  const data = join(directory, "data");
  const isOnDisk = kind === "disk";
  mkdirSync(artifacts);
  const store = await openStore({
    file: isOnDisk ? join(directory, "hall.db") : ":memory:",
    witness: isOnDisk ? join(directory, "witness") : null,
    ledgerKey: KEYS.ledger,
    clock: read,
  });
  await store.begin({ continues: null, operator_keys: [KEYS.operator.key] });
  const beginnings = openBeginnings();
  const parts = assemble({
    home: null,
    servers: null,
    ledger: lateLedger(async () => store),
    artifacts: isOnDisk ? artifactDirectory(artifacts, writePrivate, read) : artifactMemory(),
    sessions: isOnDisk ? sessionDirectory(join(directory, "sessions")) : memorySessions,
    runner: telling(openRunner({ clock: read }), beginnings),
    clock: read,
    own: () => ({ publisher: KEYS.publisher.key, attestSecret: ATTEST_SECRET }),
    policyGate: null,
    dataDir: (...names) => join(data, ...names),
    onClose: () => rmSync(directory, { recursive: true, force: true }),
  });
  await parts.ledger.ready();
  for (const skill of SKILLS) await install({ ...parts, keys: KEYS }, await build(skill));
  const close = () => parts.hall.close();
  return stageOn(parts.hall, { operatorKey: KEYS.operator, clock, beginnings, data, close });
}

/** A runner that tells when a handler says how far it has come: it has its call by then. */
function telling(runner: Runner, { began }: Beginnings): Runner {
  return {
    ...runner,
    run: (job) =>
      runner.run({
        ...job,
        onProgress(progress) {
          began(job.tool);
          job.onProgress?.(progress);
        },
      }),
  };
}

import { afterEach } from "vitest";
import { openRunner, type RunnerOptions } from "../../src/run/runner.js";
import type { Job, Runner, RunResult } from "../../src/run/types.js";

const LIMITS = { timeout_ms: 30_000, memory_mb: 128, output_bytes: 262_144, concurrency: 1 };
const ENVELOPE = { secrets_access: [], network_egress: "none", filesystem_writes: [], tools: [] } as const;

export const utf8 = (text: string): Uint8Array => Buffer.from(text);

/** A job for one tool whose whole handler module is `source`; equal sources are equal artifacts. */
export function jobOf(
  source: string,
  changes: Partial<Omit<Job, "limits">> & { limits?: Partial<Job["limits"]> } = {},
): Job {
  const { limits, ...rest } = changes;
  return {
    artifact_digest: Buffer.from(source).toString("hex"),
    tenant_id: "local",
    env: "dev",
    tool: "tool",
    handlers: new Map([["tool", utf8(source)]]),
    input: utf8("{}"),
    data_dir: null,
    caller: {},
    envelope: ENVELOPE,
    ...rest,
    limits: { ...LIMITS, ...limits },
  };
}

/** The parsed output of a run that must have succeeded. */
export function outputOf(result: RunResult): unknown {
  if (!result.ok) throw new Error(`${result.code}: ${result.detail}`);
  return JSON.parse(Buffer.from(result.output).toString());
}

const open: Runner[] = [];

/** A runner that is closed after the test. */
export function runnerForTest(options?: RunnerOptions): Runner {
  const runner = openRunner(options);
  open.push(runner);
  return runner;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((runner) => runner.close()));
});

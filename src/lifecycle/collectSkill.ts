import type { Collect } from "../build/collected.js";
import { encode, sha256Hex } from "../protocol/canonical.js";
import { openRunner } from "../run/runner.js";

const TOOL = "collect";
const LIMITS = { timeout_ms: 10_000, memory_mb: 256, output_bytes: 1024 * 1024, concurrency: 1 };
const NOTHING = { secrets_access: [], network_egress: "none", filesystem_writes: [], tools: [] } as const;

/**
 * Runs a code-first module once, in a contained child of its own that may touch nothing: no file, no network, no
 * process. It is refused on a machine where that doesn't hold.
 */
export const collectContained: Collect = (source) => collectWithin(source, LIMITS.timeout_ms);

/** The same with another deadline, in milliseconds. */
export async function collectWithin(source: Uint8Array, timeout_ms: number): ReturnType<Collect> {
  const runner = openRunner();
  try {
    return await runner.run({
      artifact_digest: sha256Hex(source),
      tenant_id: "build",
      env: "dev",
      tool: TOOL,
      handlers: new Map([[TOOL, source]]),
      input: encode("null"),
      limits: { ...LIMITS, timeout_ms },
      data_dir: null,
      caller: {},
      envelope: NOTHING,
      alone: true,
    });
  } finally {
    await runner.close();
  }
}

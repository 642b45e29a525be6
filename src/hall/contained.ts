import { makeFault } from "../protocol/fault.js";
import type { GateParts } from "./gate.js";
import { isActive } from "./listing.js";
import type { Decided } from "./outcomes.js";
import { type Performed, perform, unperformed } from "./perform.js";
import type { Call } from "./situation.js";
import { asInstalled } from "./skills.js";
import { validatorOf } from "./sources.js";
import type { InvokeOptions } from "./types.js";

/** Steps 5 and 6 of a call of an installed skill: its verified bytes run contained, and their output is checked. */
export async function performContained(
  parts: GateParts,
  call: Call,
  { situation, verdict }: Decided,
  options: InvokeOptions,
): Promise<Performed> {
  const { held } = situation;
  const { received, caller } = call;
  if (situation.tool === null || held === null || !received.ok)
    return unperformed(makeFault("RUNNER_UNAVAILABLE"));
  const tool = asInstalled(situation.tool);
  const { manifest, definition, install } = tool;
  const { tenant_id, agent, env } = caller;
  const { correlation_id } = call;
  const run = parts.running.begin(() => isActive(parts.sources, tool, caller), options.signal);
  try {
    const validate = definition.output_schema === null ? null : await validatorOf(definition.output_schema);
    return await perform(
      parts.runner,
      {
        artifact_digest: install.artifact_digest,
        tenant_id,
        env,
        tool: definition.name,
        handlers: held.handlers,
        input: received.bytes,
        limits: manifest.limits,
        data_dir: parts.dataDir(caller, manifest),
        caller: { tenant_id, agent, env, correlation_id },
        envelope: tool.worker.privilege_envelope,
        alone: verdict.holds.length > 0, // what a person approved runs where no other tool has run
        ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
        onLog: (text) => parts.onLog?.({ skill_id: install.skill_id, tool: definition.name, text }),
      },
      validate,
      parts.patience,
      run.controller,
    );
  } catch {
    return unperformed(makeFault("RUNNER_UNAVAILABLE"));
  } finally {
    run.end();
  }
}

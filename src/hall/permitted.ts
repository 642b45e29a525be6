import { commitment } from "../evidence/commitment.js";
import type { Json } from "../protocol/canonical.js";
import { timestamp } from "../protocol/clock.js";
import { makeFault } from "../protocol/fault.js";
import type { Fault, Outcome } from "../protocol/outcome.js";
import type { Draft } from "../records/draft.js";
import { commonBody } from "./bodies.js";
import type { GateParts } from "./gate.js";
import { isActive } from "./listing.js";
import type { Decided } from "./outcomes.js";
import { type Performed, perform } from "./perform.js";
import type { Call } from "./situation.js";
import { validatorOf } from "./sources.js";
import type { InvokeOptions } from "./types.js";
import { writeWithin } from "./write.js";

/** Steps 5 to 7 of a call, after its allow is committed: run, check, receipt. No receipt, no result. */
export async function runPermitted(
  parts: GateParts,
  call: Call,
  decided: Decided,
  options: InvokeOptions,
): Promise<Outcome<Json>> {
  const { verdict, committed } = decided;
  const performed = await performCall(parts, call, decided, options);
  const recorded = { decision: verdict.decision, record_id: committed.value.record_id };
  const receipt = await writeReceipt(parts, call, decided, performed);
  if (receipt === undefined) {
    const fault = makeFault("RECEIPT_UNAVAILABLE");
    return Object.freeze({
      kind: "failed",
      ...recorded,
      fault,
      receipt_id: null,
      ledger_head: committed.head,
    });
  }
  const { receipt_id, head: ledger_head } = receipt;
  if (!performed.ok)
    return Object.freeze({ kind: "failed", ...recorded, fault: performed.fault, receipt_id, ledger_head });
  return Object.freeze({ kind: "done", ...recorded, output: performed.output, receipt_id, ledger_head });
}

async function performCall(
  parts: GateParts,
  call: Call,
  { situation, verdict }: Decided,
  options: InvokeOptions,
): Promise<Performed> {
  const { tool, held } = situation;
  const { received, caller } = call;
  if (tool === null || held === null || !received.ok) return broken(makeFault("RUNNER_UNAVAILABLE"));
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
    return broken(makeFault("RUNNER_UNAVAILABLE"));
  } finally {
    run.end();
  }
}

function broken(fault: Fault): Performed {
  return { ok: false, fault, detail: null, started_at: null, ended_at: null };
}

async function writeReceipt(
  parts: GateParts,
  call: Call,
  { situation, committed }: Decided,
  performed: Performed,
) {
  const { caller, correlation_id } = call;
  const spell = (ms: number | null) => (ms === null ? null : timestamp(ms));
  const containment = situation.snapshot.skill.containment;
  const salt = parts.salt();
  const result = performed.ok ? commitment("result", performed.bytes, salt) : null;
  try {
    const { value, head } = await writeWithin(parts.store(), (tx) => {
      const body: Draft<"receipt">["body"] = {
        ...commonBody(caller, parts.engine, { correlation_id, tool: situation.tool }),
        outcome: performed.ok ? "done" : "failed",
        fault: performed.ok ? null : { code: performed.fault.code, detail: performed.detail },
        result,
        started_at: spell(performed.started_at),
        ended_at: spell(performed.ended_at),
        containment: containment === "unknown" ? null : containment,
        executed_by: "hall",
      };
      if (result !== null) tx.keepSalt(result, salt);
      return tx.append({ kind: "receipt", body, parent_id: committed.value.record_id });
    });
    return { receipt_id: value.record_id, head };
  } catch {
    return undefined;
  }
}

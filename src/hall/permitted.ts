import { commitment } from "../evidence/commitment.js";
import { timestamp } from "../protocol/clock.js";
import { makeFault } from "../protocol/fault.js";
import type { Outcome } from "../protocol/outcome.js";
import type { Draft } from "../records/draft.js";
import { commonBody } from "./bodies.js";
import type { Asked } from "./contained.js";
import type { GateParts } from "./gate.js";
import type { Decided } from "./outcomes.js";
import type { Performed } from "./perform.js";
import type { Call } from "./situation.js";
import { writeWithin } from "./write.js";

/** Step 7 of a call, after it has run: the receipt, chained to the decision. No receipt, no result. */
export async function concludeCall<T>(
  parts: GateParts,
  call: Call,
  decided: Decided,
  performed: Performed<T> & { readonly asked?: readonly Asked[] },
): Promise<Outcome<T>> {
  const { verdict, committed } = decided;
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
  const { output, content } = performed;
  const done: Outcome<T> = { kind: "done", ...recorded, output, content, receipt_id, ledger_head };
  return Object.freeze(done);
}

async function writeReceipt(
  parts: GateParts,
  call: Call,
  { situation, committed }: Decided,
  performed: Performed<unknown> & { readonly asked?: readonly Asked[] },
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
        executed_by: call.foreign === null ? "hall" : "host",
        ...(performed.asked === undefined ? {} : { asked: performed.asked }),
      };
      if (result !== null) tx.keepSalt(result, salt);
      return tx.append({ kind: "receipt", body, parent_id: committed.value.record_id });
    });
    return { receipt_id: value.record_id, head };
  } catch {
    return undefined;
  }
}

import { setTimeout as pause } from "node:timers/promises";
import type { HoldAnswer, HoldQuestion } from "../protocol/outcome.js";
import { commonBody } from "./bodies.js";
import type { GateParts } from "./gate.js";
import type { Call } from "./situation.js";
import { writeWithin } from "./write.js";

/** How a surface asks, and the call's signal, which ends the asking. */
export type Asking = {
  readonly onHold: (question: HoldQuestion) => Promise<HoldAnswer>;
  readonly signal?: AbortSignal | undefined;
};

/** A surface that says "look again" at once, and again, mustn't keep the process from everything else. */
const AGAIN_MS = 50;

/**
 * Asks the person behind a surface about a hold, and records what they said. True when the call is to be decided
 * again: they said yes or no, or an approver answered meanwhile. What can't be asked or recorded leaves it held.
 */
export async function askPerson(
  parts: GateParts,
  call: Call,
  question: HoldQuestion,
  { onHold: ask, signal }: Asking,
): Promise<boolean> {
  const { approval_id, mode } = question;
  try {
    do {
      const answer = await ask(question);
      if (answer === "declined") return await record(parts, call, approval_id, false);
      if (answer === "confirmed" && mode === "confirm") return await record(parts, call, approval_id, true);
      if (answer !== "confirmed" && answer !== "look_again") return false;
      if (!isPending(parts, approval_id)) return true;
      if (answer === "confirmed") return false; // their yes isn't the one that is needed
      await pause(AGAIN_MS);
    } while (!signal?.aborted); // whoever is asked of a call that is over already still has their say, once
    return false;
  } catch {
    return false;
  }
}

function isPending(parts: GateParts, approval_id: string): boolean {
  return parts.store().hold(approval_id)?.state === "pending";
}

/** The client's word for it, on the ledger key's alone: no document (formats.md, confirmation). */
async function record(parts: GateParts, call: Call, approval_id: string, isYes: boolean): Promise<boolean> {
  const { caller, correlation_id } = call;
  const hold = parts.store().hold(approval_id);
  if (hold === undefined) return false;
  const { skill_id, version, artifact_digest } = hold.request;
  const about = { skill_id, version, artifact_digest };
  const { surface } = caller;
  const said = { confirmed_via: isYes ? surface : null, declined_via: isYes ? null : surface };
  await writeWithin(parts.store(), (tx) =>
    tx.append({
      kind: "approval",
      body: {
        ...commonBody(caller, parts.engine, { correlation_id }),
        ...about,
        approval_id,
        vote: null,
        level: null,
        ...said,
      },
      parent_id: hold.record_id,
    }),
  );
  return true;
}

import type { Vote } from "../../evidence/request.js";
import type { Approver, HoldForApproval } from "../approver.js";

/** What a person said. Anything but one of these verdicts is no answer. */
export type HumanAnswer = { readonly verdict: Vote["verdict"]; readonly reason?: string };

/**
 * Asks a person about one held call, by whatever way there is (WCP 5.8), and gives their answer; null is none. It sees
 * the call whole: texts in it are foreign, to be shown by `shownWhole`. `signal` ends when nobody waits for the answer any more.
 */
export type HumanApprovalCallback = (
  hold: HoldForApproval,
  signal: AbortSignal,
) => Promise<HumanAnswer | null> | HumanAnswer | null;

export type HumanApprovals = {
  /** Hands over what is new and resolves once all that was handed over is answered, or failed. Changes are looked at without it too. */
  look(): Promise<void>;
  /** Hands over nothing more and drops what isn't answered yet. */
  stop(): void;
};

/**
 * Hands each pending hold that this approver has not answered to `ask`, once in this process, and signs and records
 * what it answers as the approver. Holds that were opened by other processes or before a restart come too. What goes
 * wrong (a callback that throws or answers something else, a hold that was closed meanwhile) goes to `onError`, by
 * default a warning on the console, and leaves the hold as it is.
 */
export function humanApprovals(
  approver: Approver,
  ask: HumanApprovalCallback,
  onError: (error: unknown, approval_id: string | null) => void = warn,
): HumanApprovals {
  /** By approval_id: what was handed over, until the hold is closed. */
  const handed = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  const { signal } = stopping;

  async function answer(hold: HoldForApproval): Promise<void> {
    try {
      const said = await ask(structuredClone(hold), signal);
      if (said === null || said === undefined || signal.aborted) return;
      const { verdict, reason } = said;
      if (!VERDICTS.has(verdict)) throw new TypeError(EXPECTED);
      await approver.vote(hold.approval_id, verdict, reason?.toWellFormed() ?? null);
    } catch (error) {
      onError(error, hold.approval_id);
    }
  }

  async function look(): Promise<void> {
    if (signal.aborted) return;
    const listed = approver.list();
    const open = new Set(listed.map(({ approval_id }) => approval_id));
    for (const approval_id of handed.keys()) if (!open.has(approval_id)) handed.delete(approval_id);
    const fresh = listed.filter(({ approval_id, state, answers }) => {
      const isAnswered = answers.some(({ approver_id }) => approver_id === approver.id);
      return state === "pending" && !isAnswered && !handed.has(approval_id);
    });
    for (const hold of fresh) handed.set(hold.approval_id, answer(hold));
    await Promise.all(handed.values());
  }

  const lookNow = () => void look().catch((error: unknown) => onError(error, null));
  const unsubscribe = approver.onChange(lookNow);
  lookNow();
  return {
    look,
    stop() {
      unsubscribe();
      stopping.abort();
    },
  };
}

const VERDICTS: ReadonlySet<unknown> = new Set<Vote["verdict"]>(["approve", "deny", "escalate"]);

const EXPECTED =
  'the callback\'s answer: expected { verdict: "approve" | "deny" | "escalate", reason } (reason a text, or left out), or null for none';

/** A program that takes no errors still has somebody who reads its console: an answer that counted nothing is said there. */
function warn(error: unknown, approval_id: string | null): void {
  const what = error instanceof Error ? error.message : String(error);
  console.warn(`humanApprovals: ${approval_id ?? "the list of holds"} stays as it is: ${what}`);
}

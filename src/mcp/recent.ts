import type { Outcome } from "../protocol/outcome.js";

/** The records of a session's latest calls. */
export type RecentCalls = {
  /** Notes what came of a call. */
  add(outcome: Outcome): void;
  /** Newest first: the receipt of what ran, the decision of what didn't. */
  ids(): readonly string[];
};

const KEPT = 20;

export function openRecentCalls(): RecentCalls {
  let kept: readonly string[] = [];
  return {
    add(outcome) {
      const ran = outcome.kind === "done" || outcome.kind === "failed";
      const id = (ran ? outcome.receipt_id : null) ?? outcome.record_id;
      if (id !== null) kept = [id, ...kept.filter((other) => other !== id)].slice(0, KEPT);
    },
    ids: () => kept,
  };
}

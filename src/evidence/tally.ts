import { timestamp } from "../protocol/clock.js";
import { GATEKEEPER, isAtLeast, levelAbove, type SupervisorLevel } from "../protocol/supervisor.js";
import type { HoldRequest, Vote } from "./request.js";

/** One answer as it counts. `as`: the names that say yes only once, an approver's id and key; `at` is the record's. */
export type Answer = {
  readonly as: readonly string[];
  readonly verdict: Vote["verdict"];
  readonly level: SupervisorLevel;
  readonly at: string;
};

/** What came of a hold. A grant lives from granted_at until expires_at, exclusive. */
export type GrantState =
  | { readonly state: "pending"; readonly expires_at: string }
  | { readonly state: "granted"; readonly granted_at: string; readonly expires_at: string }
  | { readonly state: "refused" }
  | { readonly state: "expired"; readonly granted_at?: string; readonly expires_at: string };

/** Where a hold stands: what came of it, the level that answers need by now, and how many people's yes count there. */
export type Tally = {
  readonly grant: GrantState;
  readonly level: SupervisorLevel;
  readonly yes: number;
};

/** What a request asks of its answers. */
export type Terms = Pick<HoldRequest, "needed" | "supervisor_level" | "expires_at" | "grant_seconds">;

/**
 * Counts the answers to a hold at `now`, in the ledger's order (formats.md, Holds and grants). Only those of the level
 * asked for count; an `escalate` of anyone whose answer could count raises that to the level above theirs, for the
 * answers before it too, so it can take a grant back. One deny ends the hold at any time, whatever its level: a no too
 * many stops a call, one too few lets it run.
 */
export function tally(terms: Terms, answers: readonly Answer[], now: string): Tally {
  let level = terms.supervisor_level ?? GATEKEEPER;
  const approvals: Answer[] = [];
  let granted_at: string | undefined;
  const yes = () => peopleIn(approvals.filter((answer) => isAtLeast(answer.level, level)));
  const ends_at = () =>
    granted_at === undefined
      ? terms.expires_at
      : timestamp(Date.parse(granted_at) + terms.grant_seconds * 1000);

  for (const answer of answers) {
    switch (answer.verdict) {
      case "deny":
        return { grant: { state: "refused" }, level, yes: yes() };
      case "escalate":
        if (!isAtLeast(answer.level, GATEKEEPER) || answer.at >= ends_at()) break;
        if (!isAtLeast(level, levelAbove(answer.level))) level = levelAbove(answer.level);
        if (yes() < terms.needed) granted_at = undefined;
        break;
      case "approve":
        if (answer.at >= terms.expires_at) break;
        approvals.push(answer);
        if (yes() >= terms.needed) granted_at ??= answer.at;
    }
  }
  return { grant: grantAt(granted_at, ends_at(), now), level, yes: yes() };
}

function grantAt(granted_at: string | undefined, expires_at: string, now: string): GrantState {
  if (granted_at === undefined) return { state: now < expires_at ? "pending" : "expired", expires_at };
  return { state: now < expires_at ? "granted" : "expired", granted_at, expires_at };
}

/** How many different people these are: a second answer under a name or by a key that said yes counts nothing. */
function peopleIn(answers: readonly Answer[]): number {
  const said = new Set<string>();
  const first = answers.filter(({ as }) => {
    const isNew = as.every((name) => !said.has(name));
    if (isNew) for (const name of as) said.add(name);
    return isNew;
  });
  return first.length;
}

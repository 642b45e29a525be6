import type { DenyCode } from "../protocol/deny.js";
import { commitDecision, TooManyHolds, whyAgain } from "./commit.js";
import { consider, reconsider } from "./consider.js";
import { foreignSources } from "./foreign.js";
import type { GateParts } from "./gate.js";
import { gather } from "./gather.js";
import { type Decided, type Ended, outcomeOf, unrecorded } from "./outcomes.js";
import type { Call, Situation } from "./situation.js";
import { stopped } from "./verdict.js";
import { writeWithin } from "./write.js";

/** Standing or policy that moves under a call is gathered once more; racing calls sort themselves out in a few rounds. */
const MAX_MOVED = 2;
const MAX_RACED = 8;

/** Steps 2 to 4 of a call, again where something moved under it. An outcome ends the call; a committed allow runs. */
export async function decideCall(parts: GateParts, call: Call): Promise<Ended | Decided> {
  let moved = 0;
  let raced = 0;
  while (moved < MAX_MOVED && raced < MAX_RACED) {
    const decided = await decide(parts, call);
    if (decided === "moved") moved++;
    else if (decided === "raced") raced++;
    else return decided;
  }
  return refuse(parts, call, moved === MAX_MOVED ? "DENY_STANDING_UNKNOWN" : "DENY_RATE_LIMITED");
}

/** Gather, decide, commit, once. */
async function decide(
  parts: GateParts,
  asked: Call,
  as: (situation: Situation) => Situation = (situation) => situation,
): Promise<Ended | Decided | "moved" | "raced"> {
  const { call, considered } = considerAsked(parts, asked, as(await gatherFor(parts, asked)));
  const { situation, verdict } = considered;
  const { ledger, snapshot } = situation;
  const unwritten = (code: DenyCode) => unrecorded(reconsider(considered, call, code));
  if (ledger === "unknown" || ledger.hall_id === null) {
    return verdict.decision.denied ? unrecorded(verdict) : unwritten("DENY_AUDIT_UNAVAILABLE");
  }
  const { engine, approvers } = parts;
  try {
    const { value, head } = await writeWithin(parts.store(), (tx) =>
      commitDecision(tx, { ...considered, call, engine, approvers }),
    );
    const decided: Decided = { situation, verdict, committed: { value, head } };
    return outcomeOf(call, decided) ?? decided;
  } catch (error) {
    const again = whyAgain(error, verdict);
    if (again !== undefined) return again;
    if (error instanceof TooManyHolds) return refuse(parts, call, "DENY_RATE_LIMITED");
    return unwritten(snapshot.skill.clock === "ok" ? "DENY_AUDIT_UNAVAILABLE" : "DENY_CLOCK_INVALID");
  }
}

/** A preview that may open a hold and meets none is a dry run from then on; it sees a grant and leaves it unused. */
function considerAsked(parts: GateParts, call: Call, situation: Situation) {
  const considered = consider(parts, call, situation);
  if (!call.opens_hold || considered.verdict.answer === "hold") return { call, considered };
  const preview = { ...call, dry_run: true };
  return { call: preview, considered: consider(parts, preview, situation) };
}

function gatherFor({ sources, store }: GateParts, call: Call): Promise<Situation> {
  return gather(call, call.foreign === null ? sources : foreignSources(sources, store, call.foreign));
}

/** A denial by the gate itself, decided and recorded like any other. */
async function refuse(parts: GateParts, call: Call, code: DenyCode): Promise<Ended> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const decided = await decide(parts, call, (situation) => stopped(situation, code));
    if (typeof decided === "object" && "kind" in decided) return decided;
  }
  return unrecorded(reconsider(consider(parts, call, await gatherFor(parts, call)), call, code));
}

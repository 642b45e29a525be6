import type { PolicyApprover } from "../evidence/policy.js";
import type { Json } from "../protocol/canonical.js";
import type { DenyCode } from "../protocol/deny.js";
import type { Outcome } from "../protocol/outcome.js";
import type { SkillManifest } from "../protocol/skill.js";
import type { Store } from "../records/store.js";
import type { Runner } from "../run/types.js";
import { BUILTIN_NAMES } from "./builtins.js";
import { commitDecision, TooManyHolds, whyAgain } from "./commit.js";
import { consider, reconsider } from "./consider.js";
import { gather, nothingKnown } from "./gather.js";
import { listTools } from "./listing.js";
import { type Decided, outcomeOf, unrecorded } from "./outcomes.js";
import type { Patience } from "./perform.js";
import { runPermitted } from "./permitted.js";
import { NOBODYS_CALL, receiveCall } from "./receive.js";
import type { RunningCalls } from "./running.js";
import { answerSelf } from "./self.js";
import type { Call, Situation, Sources } from "./situation.js";
import type { Caller, CallerSource, Gate, HandlerLine, InvokeOptions } from "./types.js";
import { stopped } from "./verdict.js";
import { writeWithin } from "./write.js";

/** What a gate stands on. Handlers reach it through `sources.held` alone, and go nowhere but to the runner. */
export type GateParts = {
  readonly sources: Sources;
  readonly store: () => Pick<Store, "write" | "query">;
  readonly runner: Runner;
  readonly running: RunningCalls;
  /** `wcp-hall/<version>` */
  readonly engine: string;
  readonly approvers: () => readonly PolicyApprover[];
  readonly dataDir: (caller: Caller, manifest: SkillManifest) => string;
  /** Told what handlers print and log: for the home's own people, never for a caller. */
  readonly onLog?: ((line: HandlerLine) => void) | undefined;
  /** How long a runner may keep a call waiting; left out but in tests. */
  readonly patience?: Patience;
  readonly uuid: () => string;
  readonly salt: () => Uint8Array;
  readonly subscribe: (fn: () => void) => () => void;
};

/**
 * The one way to run anything. Each call passes the same steps: bounds, gather, decide, commit, run, check, receipt
 * (hall.md, The gate). `invoke` never throws: whatever breaks is an Outcome, and no handler result comes with it.
 */
export function makeGate(parts: GateParts, source: CallerSource): Gate {
  const caller = () => (typeof source === "function" ? source() : source);
  const invoke = async (tool: string, args: unknown, options?: InvokeOptions): Promise<Outcome<Json>> => {
    let call = NOBODYS_CALL;
    try {
      call = receiveCall(caller(), { tool, args, options: options ?? null }, parts.uuid);
      if (BUILTIN_NAMES.has(call.tool)) return await answerSelf(parts, call, { invoke });
      const decided = await decideInTime(parts, call);
      return "kind" in decided ? decided : await runPermitted(parts, call, decided, options ?? {});
    } catch {
      return unrecorded(consider(parts, call, nothingKnown("DENY_INTERNAL_ERROR")).verdict);
    }
  };
  return Object.freeze({
    tools: () => listTools(parts.sources, caller()),
    invoke,
    onToolsChanged: (fn: () => void) => parts.subscribe(fn),
  });
}

/** Standing or policy that moves under a call is gathered once more; racing calls sort themselves out in a few rounds. */
const MAX_MOVED = 2;
const MAX_RACED = 8;

async function decideInTime(parts: GateParts, call: Call): Promise<Outcome<Json> | Decided> {
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

/** Steps 2 to 4: gather, decide, commit. An outcome ends the call, a committed allow runs, else it must be asked again. */
async function decide(
  parts: GateParts,
  call: Call,
  as: (situation: Situation) => Situation = (situation) => situation,
): Promise<Outcome<Json> | Decided | "moved" | "raced"> {
  const considered = consider(parts, call, as(await gather(call, parts.sources)));
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

/** A denial by the gate itself, decided and recorded like any other. */
async function refuse(parts: GateParts, call: Call, code: DenyCode): Promise<Outcome<Json>> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const decided = await decide(parts, call, (situation) => stopped(situation, code));
    if (typeof decided === "object" && "kind" in decided) return decided;
  }
  return unrecorded(reconsider(consider(parts, call, await gather(call, parts.sources)), call, code));
}

import type { PolicyApprover } from "../evidence/policy.js";
import type { Json } from "../protocol/canonical.js";
import { makeFault } from "../protocol/fault.js";
import { HOST_ORIGIN } from "../protocol/foreign.js";
import type { Outcome } from "../protocol/outcome.js";
import type { SkillManifest } from "../protocol/skill.js";
import type { Adapter } from "../protocol/standing.js";
import type { Store } from "../records/store.js";
import type { Runner } from "../run/types.js";
import { askPerson } from "./askPerson.js";
import { BUILTIN_NAMES } from "./builtins.js";
import { consider } from "./consider.js";
import { performContained } from "./contained.js";
import { decideCall } from "./decideCall.js";
import { nothingKnown } from "./gather.js";
import { performHosted } from "./hosted.js";
import { listTools } from "./listing.js";
import { type Decided, unrecorded } from "./outcomes.js";
import { type Patience, type Performed, unperformed } from "./perform.js";
import { concludeCall } from "./permitted.js";
import { NOBODYS_CALL, receiveCall } from "./receive.js";
import type { RunningCalls } from "./running.js";
import { answerSelf } from "./self.js";
import type { Call, Sources } from "./situation.js";
import type { Caller, Gate, HandlerLine, InvokeOptions } from "./types.js";

/** What a gate stands on. Handlers reach it through `sources.held` alone, and go nowhere but to the runner. */
export type GateParts = {
  readonly sources: Sources;
  readonly store: () => Pick<Store, "write" | "query" | "hold" | "pinOf">;
  readonly runner: Runner;
  readonly running: RunningCalls;
  /** `wcp-hall/<version>` */
  readonly engine: string;
  /** Whether foreign servers' tools are called through these gates; then the Hall's own tools speak of them. */
  readonly servesForeign: boolean;
  readonly approvers: () => readonly PolicyApprover[];
  readonly dataDir: (caller: Caller, manifest: SkillManifest) => string;
  /** Told what handlers print and log. Of these only what is logged on purpose reaches a caller too (InvokeOptions.onLine). */
  readonly onLog?: ((line: HandlerLine) => void) | undefined;
  /** How long a runner may keep a call waiting; left out but in tests. */
  readonly patience?: Patience;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly uuid: () => string;
  readonly salt: () => Uint8Array;
  readonly subscribe: (fn: () => void) => () => void;
};

/**
 * The one way to run anything. Each call passes the same steps: bounds, gather, decide, commit, run, check, receipt
 * (hall.md, The gate). Neither way to call throws: whatever breaks is an Outcome, and no result comes with it.
 */
export function makeGate(parts: GateParts, source: Caller | (() => Caller)): Gate {
  const caller = () => (typeof source === "function" ? source() : source);
  const receive = (asked: Parameters<typeof receiveCall>[1]) => receiveCall(caller(), asked, parts.uuid);

  const invoke: Gate["invoke"] = (tool, args, said) => {
    const options = said ?? {};
    return governed<Json>(parts, options, {
      receive: () => receive({ tool, args, options }),
      answer: (call) =>
        BUILTIN_NAMES.has(call.tool) ? answerSelf(parts, call, { invoke, guard }) : undefined,
      perform: (call, decided) => performContained(parts, call, decided, options),
    });
  };

  const guard: Gate["guard"] = (guarded, run) => {
    const said = guarded?.options ?? {}; // what is no call at all is denied, too
    const options = run === null && !said.openHold ? { ...said, dryRun: true } : said;
    return governed(parts, options, {
      receive: () => {
        const { definition, capability, origin = HOST_ORIGIN, acceptedBy, args } = guarded;
        const foreign = { definition, capability, origin, ...(acceptedBy && { acceptedBy }) };
        return receive({ tool: definition.name, args, options, foreign });
      },
      perform: async (call, decided) =>
        run === null
          ? unperformed(makeFault("RUNNER_UNAVAILABLE"))
          : performHosted(parts, call, decided, { ...guarded, options }, run),
    });
  };

  return Object.freeze({
    tools: () => listTools(parts.sources, caller()),
    invoke,
    guard,
    through: (adapter: Adapter, surface: string = adapter) =>
      makeGate(parts, () => ({ ...caller(), adapter, surface })),
    onToolsChanged: (fn: () => void) => parts.subscribe(fn),
  });
}

/** How one kind of call is received and run. */
type Way<T> = {
  readonly receive: () => Call;
  /** The answer of the Hall's own tools, which nobody else performs. */
  readonly answer?: (call: Call) => Promise<Outcome<T>> | undefined;
  readonly perform: (call: Call, decided: Decided) => Promise<Performed<T>>;
};

async function governed<T>(
  parts: GateParts,
  { onHold, signal }: InvokeOptions,
  way: Way<T>,
): Promise<Outcome<T>> {
  let call = NOBODYS_CALL;
  try {
    call = way.receive();
    const answered = await way.answer?.(call);
    if (answered !== undefined) return answered;
    let decided = await decideCall(parts, call);
    if ("kind" in decided && decided.kind === "held" && onHold !== undefined) {
      if (await askPerson(parts, call, decided.question, { onHold, signal }))
        decided = await decideCall(parts, call);
    }
    if ("kind" in decided) return decided;
    return await concludeCall(parts, call, decided, await way.perform(call, decided));
  } catch {
    return unrecorded(consider(parts, call, nothingKnown("DENY_INTERNAL_ERROR")).verdict);
  }
}

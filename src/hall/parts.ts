import { randomBytes, randomUUID } from "node:crypto";
import type { PolicyDocument } from "../evidence/policy.js";
import { sha256Hex } from "../protocol/canonical.js";
import type { Clock } from "../protocol/clock.js";
import type { HomeConfig } from "../protocol/config.js";
import type { PolicyGateContext } from "../protocol/facts.js";
import { ENGINE } from "../protocol/version.js";
import type { Store } from "../records/store.js";
import type { Runner } from "../run/types.js";
import { checkPrincipal } from "./approvals/principal.js";
import { makeApprover } from "./approver.js";
import { makeAudit } from "./audit.js";
import type { OwnAuthority } from "./authority.js";
import { callerOf, checkCaller, NOBODY, type Session } from "./caller.js";
import { acceptedTools } from "./foreignTools.js";
import { type GateParts, makeGate } from "./gate.js";
import type { Home } from "./home.js";
import type { Ledger } from "./ledgers.js";
import { isActive } from "./listing.js";
import { makeOperator } from "./operator.js";
import type { Policy } from "./policy.js";
import { makeRunningCalls, type RunningCalls } from "./running.js";
import type { ServerGates, ServerNeeds } from "./serverGates.js";
import type { Sessions } from "./sessions.js";
import { type ArtifactFiles, openSkills, type Skills } from "./skills.js";
import { approversInForce, makeSources, policyInForce } from "./sources.js";
import type { Actor, AgentName, Caller, CallerSource, Gate, HandlerLine, LocalHall } from "./types.js";
import { openWatch, type Watch } from "./watch.js";

/** What differs from one Hall to the next. */
export type HallOptions = {
  /** Null for a Hall that lives in memory. */
  readonly home: Home | null;
  readonly ledger: Ledger;
  readonly artifacts: ArtifactFiles;
  readonly sessions: Sessions;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly own: () => OwnAuthority;
  readonly policyGate: ((context: PolicyGateContext) => unknown) | null;
  /** The data directory of a skill for one env and tenant; the runner makes it. */
  readonly dataDir: (env: string, tenantHash: string, namespace: string, name: string) => string;
  readonly onLog?: ((line: HandlerLine) => void) | undefined;
  /** Puts the servers of the policy behind this Hall's gates; null for a Hall without any. */
  readonly servers: ((inForce: ServerNeeds["servers"]) => ServerGates) | null;
  readonly onClose: () => void;
};

/** A Hall with its insides, which only lifecycle and tests see; surfaces get `hall`. */
export type HallParts = HallOptions & {
  readonly hall: LocalHall;
  readonly skills: Skills;
  readonly policy: () => Policy | null;
  /** The open store. Throws when this home has no ledger yet. */
  readonly store: () => Store;
  /** One UUID for this process (formats.md, session_id). */
  readonly session_id: string;
  readonly gateParts: GateParts;
  /** The caller of the home's own surfaces, as the policy in force makes it at each call. */
  readonly callerFor: (session: Omit<Session, "session_id">) => () => Caller;
};

/** Puts a Hall together: the default assembly of everything that a gate stands on. */
export function assemble(options: HallOptions): HallParts {
  const { ledger, sessions, runner, clock } = options;
  const store = () => {
    const open = ledger.current();
    if (open === null) throw new Error("This home has no ledger yet: nothing was applied.");
    return open;
  };
  const skills = openSkills({
    installs: () => store().installs(),
    epoch: () => store().state().epoch,
    artifacts: options.artifacts,
  });
  const policy = policyInForce(ledger);
  const sources = makeSources({ ...options, store, policy, skills, engine: ENGINE });
  const running = makeRunningCalls();
  const watch = openWatch(() => ledger.version());
  const records = openWatch(() => ledger.length());
  const gateParts: GateParts = {
    sources,
    store,
    runner,
    running: watched(running, watch, () =>
      runner.retain(({ artifact_digest }) =>
        skills
          .all()
          .some(
            (tool) => tool.install.artifact_digest === artifact_digest && isActive(sources, tool, NOBODY),
          ),
      ),
    ),
    engine: ENGINE,
    servesForeign: options.servers !== null,
    approvers: () => approversInForce(store()),
    dataDir: (caller, { namespace, name }) =>
      options.dataDir(caller.env, sha256Hex(caller.tenant_id), namespace, name),
    onLog: options.onLog,
    now: clock,
    uuid: randomUUID,
    salt: () => randomBytes(32),
    subscribe: (fn) => watch.subscribe(fn),
  };
  const session_id = randomUUID();
  const people = () => ({
    store: store(),
    engine: ENGINE,
    caller: staffOf(store().policy()?.document, session_id),
    now: clock,
    approvers: gateParts.approvers,
    subscribe: records.subscribe,
  });
  const callerFor = (session: Omit<Session, "session_id">) => () =>
    callerOf(readable(policy) ?? UNDECIDED, { ...session, session_id });
  const servers = options.servers?.(() => readable(policy)?.servers ?? {}) ?? null;
  const withForeign = (gate: Gate, caller: () => Caller): Gate =>
    servers?.around(gate, (name) => acceptedTools({ policy, sources }, caller(), name)) ?? gate;
  const hall: LocalHall = Object.freeze({
    gate(source) {
      const whole = isAgentName(source) ? callerFor(agentOf(source)) : source;
      sessions.register(typeof whole === "function" ? session_id : checkCaller(whole).session_id);
      return withForeign(makeGate(gateParts, whole), typeof whole === "function" ? whole : () => whole);
    },
    approver: (principal) => makeApprover(people(), checkPrincipal(principal)),
    operator: (principal) => makeOperator(people(), checkPrincipal(principal)),
    get audit() {
      return makeAudit(store());
    },
    async close() {
      watch.close();
      records.close();
      await servers?.close();
      await runner.close();
      sessions.close();
      ledger.close();
      options.onClose();
    },
  });
  return { ...options, hall, skills, policy, store, session_id, gateParts, callerFor };
}

/** Whether all that is said of a caller is its name; the rest is then the home's own. */
function isAgentName(source: CallerSource): source is AgentName {
  return typeof source === "object" && !("tenant_id" in source);
}

/** An agent of the host's own program. `agent:` keeps it apart from approvers, whose ids never begin so. */
function agentOf({ agent }: AgentName): Omit<Session, "session_id"> {
  if (typeof agent !== "string" || agent === "")
    throw new TypeError('agent: expected a name, as in { agent: "support-bot" }');
  return { agent: `agent:${agent}`, adapter: "function", surface: "function" };
}

/** Before the first apply, and under a policy that can't be read, every call is denied, whoever makes it. */
const UNDECIDED = { env: NOBODY.env, tenant: NOBODY.tenant_id, caller: NOBODY };

function readable(policy: () => Policy | null): HomeConfig | undefined {
  try {
    return policy()?.config;
  } catch {
    return undefined;
  }
}

/**
 * Running calls that are asked again at every change, so a revoke from another process reaches them, and with them
 * what is left of them: the code of a skill that may no longer run doesn't stay warm. Watching begins with the first
 * call and keeps no process alive.
 */
function watched(running: RunningCalls, watch: Watch, retain: () => void): RunningCalls {
  let isWatching = false;
  const onChange = () => {
    running.sweep();
    retain();
  };
  return {
    ...running,
    begin(mayStillRun, client) {
      if (!isWatching) watch.subscribe(onChange);
      isWatching = true;
      return running.begin(mayStillRun, client);
    },
  };
}

/**
 * As whom the home's own people act: in its tenant, from this process. The tenant is read from the document as it is,
 * since orders must be given also over a policy that this version can't obey.
 */
function staffOf(document: PolicyDocument | undefined, session_id: string): Actor {
  const tenant = document?.config["tenant"];
  return {
    tenant_id: typeof tenant === "string" ? tenant : "local",
    session_id,
    surface: "cli",
    agent: "operator",
  };
}

import { existsSync } from "node:fs";
import type { Environment, Home } from "../hall/home.js";
import { openHome } from "../hall/open.js";
import type { HallParts } from "../hall/parts.js";
import type { Policy } from "../hall/policy.js";
import type { ConnectServers } from "../hall/serverGates.js";
import { repairNotice } from "../hall/startup.js";
import type { HandlerLine } from "../hall/types.js";
import type { Clock } from "../protocol/clock.js";
import type { Store } from "../records/store.js";
import { inWords, LifecycleError, toLifecycleError } from "./error.js";
import { checkLedgerKey } from "./ledgerKey.js";

/** Everything that a verb gets from its edge: no verb prints, or reads the environment or argv. */
export type Workshop = {
  readonly cwd: string;
  /** As `--home` names it. */
  readonly home?: string | undefined;
  readonly environment: Environment;
  readonly clock: Clock;
  /** The OS user, as whom the terminal acts: agent `cli:<user>`. */
  readonly user: string;
  /** How this program is started, for clients that shall start it: absolute paths, without a verb. */
  readonly program: readonly [string, ...string[]];
  /** Told what a long step is doing now. */
  readonly progress: (step: string) => void;
  /** Told what handlers print and log while they run here: for whoever is at the terminal, never for a caller. */
  readonly said?: (line: HandlerLine) => void;
  /** How foreign servers are reached where a verb calls their tools; left out, they aren't. */
  readonly servers?: ConnectServers;
  /** Told what whoever looks after the home must know, in one line. */
  readonly warn?: (line: string) => void;
  /** Shows a change and asks. `--yes` answers true; no terminal and no `--yes` answers false. */
  readonly accept: (question: string, details: readonly string[]) => Promise<boolean>;
};

/** An open home with its insides. */
export type OpenHome = HallParts & { readonly home: Home };

/** Opens the home, does the work, closes it. The ledger is open, if the home has one. Throws LifecycleError. */
export async function withHome<T>(ws: Workshop, work: (parts: OpenHome) => Promise<T>): Promise<T> {
  return inWords(async () => {
    const { home, cwd, environment, clock, servers } = ws;
    const foreign = servers === undefined ? {} : { servers };
    const parts = await openHome({ home, cwd, environment, clock, ...foreign, ...overheard(ws) });
    const open = { ...parts, home: parts.home as Home };
    try {
      checkLedgerKey(open.home);
      const store = await parts.ledger.ready();
      for (const what of store?.repaired ?? []) ws.warn?.(repairNotice(what));
      return await work(open);
    } catch (error) {
      throw toLifecycleError(error, open.home.state);
    } finally {
      await parts.hall.close();
    }
  });
}

/** The workshop's ear for handlers, as a Hall is opened with it. */
export function overheard({ said }: Pick<Workshop, "said">): {
  readonly onLog?: (line: HandlerLine) => void;
} {
  return said === undefined ? {} : { onLog: said };
}

/** {@link withHome}, or `undefined` for the parts where no home was named and none is found: for what works in both. */
export async function withHomeIfAny<T>(
  ws: Workshop,
  work: (parts: OpenHome | undefined) => Promise<T>,
): Promise<T> {
  let isInside = false;
  try {
    return await withHome(ws, (parts) => {
      isInside = true;
      return work(parts);
    });
  } catch (error) {
    const isHomeless = error instanceof LifecycleError && error.code === "NO_HOME";
    if (!isHomeless || isHomeNamed(ws) || isInside) throw error;
    return inWords(() => work(undefined));
  }
}

/** Whether somebody said which home is meant; else it is the one around the working directory, if any. */
export function isHomeNamed({ home, environment }: Pick<Workshop, "home" | "environment">): boolean {
  return home !== undefined || environment["HALL_HOME"] !== undefined;
}

/** The store of a home whose policy was applied. */
export type InForce = { readonly store: Store; readonly policy: Policy };

/** What is in force in a home. Throws LifecycleError NOT_APPLIED before its first apply on this machine. */
export function inForce(parts: Pick<HallParts, "ledger" | "policy" | "home">): InForce {
  const store = parts.ledger.current();
  const policy = store === null ? null : parts.policy();
  if (store !== null && policy !== null) return { store, policy };
  throw new LifecycleError(
    "NOT_APPLIED",
    `Nothing is in force in this home on this machine${missingState(parts.home)}.`,
    'Look at its files, then run "hall apply".',
  );
}

/** A project that was moved has left its state behind: that is said where there is none, not guessed. */
function missingState(home: Home | null): string {
  if (home === null || existsSync(home.state)) return "";
  return `: it has no state for ${home.dir}. State is kept by a home's path, here it would be ${home.state}; that of a project that was moved is still under its old path, and HALL_STATE names another place`;
}

/** The ledger of a home, also of one without a policy. Throws LifecycleError NOT_APPLIED when there is none. */
export function ledgerOf({ ledger }: Pick<HallParts, "ledger">): Store {
  const store = ledger.current();
  if (store === null) throw noLedger();
  return store;
}

/** Before the first apply on this machine. */
export function noLedger(): LifecycleError {
  return new LifecycleError(
    "NOT_APPLIED",
    "This home has no ledger on this machine yet.",
    'Look at its files, then run "hall apply".',
  );
}

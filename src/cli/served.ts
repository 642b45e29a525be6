import { aroundCalls } from "../hall/aroundCalls.js";
import { HomeError } from "../hall/findHome.js";
import { openHome } from "../hall/open.js";
import type { HallParts } from "../hall/parts.js";
import { attestInstalled, repairNotice } from "../hall/startup.js";
import type { Gate } from "../hall/types.js";
import { NotAttested, toFailure } from "./failure.js";
import type { Run } from "./run.js";

/** A home that is being served: gates for its clients, once every installed package is attested. */
export type Served = {
  readonly gateFor: (client: string) => Gate;
  /** The page on which approvers answer, where the policy in force names one. */
  readonly approvalUrl: (approval_id: string) => string | null;
  /** Rejects when an installed package isn't what was certified, or the ledger can't be opened. */
  readonly ready: Promise<void>;
  readonly close: () => Promise<void>;
};

/** Opens the home of `hall mcp`. Throws HomeError. The ledger opens behind it. */
export async function openServed({ host, flags, workshop, out }: Run): Promise<Served> {
  const { cwd, environment } = host;
  const log = (line: string) => out.ask(`hall: ${line}`);
  const { mcpServers } = await import("../mcp/upstream/index.js");
  const servers = mcpServers({ log });
  const parts = await openHome({ home: flags.home, cwd, environment, clock: workshop.clock, servers });
  const ready = attest(parts, log);
  return {
    ready,
    gateFor(client) {
      const caller = parts.callerFor({ agent: `mcp:${client}`, adapter: "mcp", surface: "mcp" });
      return afterwards(ready, parts.hall.gate(caller));
    },
    approvalUrl(approval_id) {
      const url = parts.policy()?.config.approvals?.url;
      return url === undefined
        ? null
        : new URL(`approvals/${approval_id}`, url.endsWith("/") ? url : `${url}/`).href;
    },
    close: () => parts.hall.close(),
  };
}

/** A ledger that can't be opened is no reason not to start: until it can, every call is denied and says so. */
async function attest(parts: HallParts, say: (line: string) => void): Promise<void> {
  try {
    const store = await parts.ledger.ready();
    for (const what of store?.repaired ?? []) say(repairNotice(what));
  } catch (error) {
    if (error instanceof HomeError) throw error; // the home is another's, or PYHALL_ENV contradicts it
    return say(`${toFailure(error).message} Until it can be opened, every call is denied.`);
  }
  const unreadable = whyUnreadable(parts);
  if (unreadable !== undefined) return say(`${unreadable} Until then, every call is denied.`);
  const failures = await attestInstalled(parts);
  if (failures.length > 0) throw new NotAttested(failures);
}

/** Why no call can be decided yet, if none can: nothing is in force, or what is can't be obeyed by this version. */
function whyUnreadable(parts: HallParts): string | undefined {
  try {
    return parts.policy() === null ? "nothing is in force in this home: run `hall apply`." : undefined;
  } catch (error) {
    return toFailure(error).message;
  }
}

/** The gate, for callers that wait until it is ready. */
function afterwards(ready: Promise<void>, gate: Gate): Gate {
  const around = async <T>(call: () => Promise<T>): Promise<T> => {
    await ready;
    return call();
  };
  return aroundCalls(gate, around, () => ready);
}

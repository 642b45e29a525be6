import { callerOf } from "../hall/caller.js";
import { type Home, readConfig } from "../hall/home.js";
import { openHome } from "../hall/open.js";
import type { HallParts } from "../hall/parts.js";
import { attestInstalled } from "../hall/startup.js";
import type { Gate } from "../hall/types.js";
import { NotAttested, toFailure } from "./failure.js";
import type { Run } from "./run.js";

/** A home that is being served: gates for its clients, once every installed package is attested. */
export type Served = {
  readonly gateFor: (client: string) => Gate;
  /** Rejects when an installed package isn't what was certified, or the ledger can't be opened. */
  readonly ready: Promise<void>;
  readonly close: () => Promise<void>;
};

/** Opens the home of `hall mcp`. Throws HomeError. The ledger opens behind it. */
export async function openServed({ host, flags, workshop, out }: Run): Promise<Served> {
  const { cwd, environment } = host;
  const parts = await openHome({ home: flags.home, cwd, environment, clock: workshop.clock });
  const ready = attest(parts, (line) => out.ask(`hall: ${line}`));
  return {
    ready,
    gateFor: (client) => afterwards(ready, gateOf(parts, client)),
    close: () => parts.hall.close(),
  };
}

/** A ledger that can't be opened is no reason not to start: until it can, every call is denied and says so. */
async function attest(parts: HallParts, say: (line: string) => void): Promise<void> {
  try {
    await parts.ledger.ready();
  } catch (error) {
    return say(`${toFailure(error).message} Until it can be opened, every call is denied.`);
  }
  if (parts.policy() === null)
    say("nothing is in force in this home, so every call is denied: run `hall apply`");
  const failures = await attestInstalled(parts);
  if (failures.length > 0) throw new NotAttested(failures);
}

function gateOf(parts: HallParts, client: string): Gate {
  const session = {
    agent: `mcp:${client}`,
    adapter: "mcp",
    surface: "mcp",
    session_id: parts.session_id,
  } as const;
  // Before the first apply, tenant and env are those that the file proposes; no call runs under them.
  return parts.hall.gate(() => callerOf(parts.policy()?.config ?? readConfig(parts.home as Home), session));
}

/** The gate, for callers that wait until it is ready. */
function afterwards(ready: Promise<void>, gate: Gate): Gate {
  return {
    tools: async () => {
      await ready;
      return gate.tools();
    },
    invoke: async (tool, args, options) => {
      await ready;
      return gate.invoke(tool, args, options);
    },
    onToolsChanged: (fn) => gate.onToolsChanged(fn),
  };
}

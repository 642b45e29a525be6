import { randomBytes } from "node:crypto";
import type { Approver, Voter } from "../hall/approver.js";
import type { Clock } from "../protocol/clock.js";
import { type ServedKeys, servedKeys } from "./approvalKeys.js";
import { type Workshop, withHome } from "./workshop.js";

/** What an approval server stands on, whatever serves it. */
export type ServedApprovals = ServedKeys & {
  readonly approver: (voter: Voter) => Approver;
  /** A variable of the environment: shared secrets of channels, and URLs that are secrets. */
  readonly secret: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly random: (bytes: number) => Uint8Array;
};

/**
 * Keeps the home open while `serve` runs: its approvals, and the keys that answers are signed with. Throws
 * LifecycleError NOT_APPLIED, NOT_AN_APPROVER.
 */
export function serveApprovals(
  ws: Workshop,
  {
    keyFiles,
    serve,
  }: { readonly keyFiles: readonly string[]; readonly serve: (desk: ServedApprovals) => Promise<void> },
): Promise<void> {
  return withHome(ws, (parts) =>
    serve({
      ...servedKeys(ws, parts, keyFiles),
      approver: (voter) => parts.hall.approver(voter),
      secret: (name) => ws.environment[name] || undefined,
      clock: ws.clock,
      random: randomBytes,
    }),
  );
}

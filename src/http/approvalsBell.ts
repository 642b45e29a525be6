import { shownWhole } from "../protocol/shown.js";
import { type ApprovalDesk, readerOf } from "./approvalsDesk.js";

/** Says on the serving terminal, in a line, which call waits and where its page is: once each while this process lives. */
export type Bell = { stop(): void };

/** A bell that has rung for what waits already. `origin` is the server's address, as browsers name it. */
export function openBell(desk: Pick<ApprovalDesk, "approver" | "say">, origin: string): Bell {
  const reader = readerOf(desk);
  let known = new Set<string>();

  function look(): void {
    let waiting: ReturnType<typeof reader.list>;
    try {
      waiting = reader.list().filter(({ state }) => state === "pending");
    } catch {
      return; // the outbox looks at the same and says so
    }
    for (const { approval_id, request } of waiting) {
      if (known.has(approval_id)) continue;
      const asks = shownWhole(`${request.agent} asks to run ${request.tool}, until ${request.expires_at}`);
      desk.say(`${asks}: ${origin}/approvals/${approval_id}`);
    }
    known = new Set(waiting.map(({ approval_id }) => approval_id));
  }
  look();
  return { stop: reader.onChange(look) };
}
